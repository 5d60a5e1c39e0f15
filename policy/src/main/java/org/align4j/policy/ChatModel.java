package org.align4j.policy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.Content;
import org.align4j.core.data.Message;
import org.align4j.core.run.Progress;
import org.align4j.core.run.RunFileException;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.ModelFolders;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;
import org.align4j.policy.hub.ModelResolver;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/**
 * A chat model: weights, tokenizer and chat template, for answering, for training by {@link
 * Trainer} and for saving.
 *
 * <p>Decide what is trained before training: a new adapter ({@link #withLora}), a stored one
 * ({@link #withAdapter}) or all weights ({@link #withAllWeightsTrained}). Not thread-safe.
 */
public final class ChatModel implements AutoCloseable {
  private static final long SEED = 42;
  private static final int MAX_NEW_TOKENS = 256;
  private static final int BATCH = 16;

  private final String name;
  private final Path path;
  private final PolicyModel parts;
  private final Backend backend;

  private ChatModel(String name, Path path, Backend backend) {
    this.name = name;
    this.path = path;
    this.backend = backend;
    parts = PolicyModel.load(path, backend);
  }

  /**
   * Loads a model with the default backend.
   *
   * @param model a folder, a GGUF file, a Hugging Face id ({@code org/name}, downloaded if it is
   *     not in the cache), or {@code smollm2}
   * @return the model; the caller closes it
   */
  public static ChatModel load(String model) {
    return load(model, Progress.SILENT);
  }

  /**
   * Loads a model and shows the progress of a download.
   *
   * @param model as for {@link #load(String)}
   * @param progress shows a download
   * @return the model; the caller closes it
   */
  public static ChatModel load(String model, Progress.Factory progress) {
    return load(model, progress, Backends.defaultBackend());
  }

  /**
   * Loads a model for a backend.
   *
   * @param model as for {@link #load(String)}
   * @param progress shows a download
   * @param backend what computes
   * @return the model; the caller closes it
   */
  public static ChatModel load(String model, Progress.Factory progress, Backend backend) {
    return new ChatModel(model, new ModelResolver(progress).resolve(model), backend);
  }

  /**
   * Loads the same files again, without adapter and training.
   *
   * @return another model; the caller closes it
   */
  public ChatModel reload() {
    return new ChatModel(name, path, backend);
  }

  /** {@return the name that the model was loaded by} */
  public String name() {
    return name;
  }

  /** {@return the network, tokenizer and template, for those who work with the parts} */
  public PolicyModel parts() {
    return parts;
  }

  /** {@return the network} */
  public DecoderTransformer network() {
    return parts.transformer();
  }

  /** {@return what computes} */
  public Backend backend() {
    return backend;
  }

  /**
   * Freezes the weights and adds a LoRA adapter to train. The model without it is the reference.
   *
   * @param lora rank, scale and layers
   * @return this model
   */
  public ChatModel withLora(LoraConfig lora) {
    return withLora(lora, SEED);
  }

  /**
   * The same with a seed for the adapter's first values.
   *
   * @param lora rank, scale and layers
   * @param seed of A's values
   * @return this model
   */
  public ChatModel withLora(LoraConfig lora, long seed) {
    network().addAdapter(lora, seed);
    return this;
  }

  /**
   * Freezes the weights and adds a stored PEFT adapter, whose training goes on. The model with the
   * adapter as it is stored is the reference.
   *
   * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
   * @return this model
   */
  public ChatModel withAdapter(Path folder) {
    PeftAdapters.resume(network(), folder, false);
    return this;
  }

  /**
   * The same; supervised training also uses the dropout that the adapter is stored with.
   *
   * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
   * @return this model
   */
  public ChatModel withAdapterAndDropout(Path folder) {
    PeftAdapters.resume(network(), folder, true);
    return this;
  }

  /**
   * Adds a stored adapter for inference only. It stays apart from the weights, which keep the form
   * that the file has them in: the best choice for one conversation.
   *
   * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
   * @return this model
   */
  public ChatModel withFrozenAdapter(Path folder) {
    PeftAdapters.load(network(), folder);
    return this;
  }

  /**
   * Adds a stored adapter for inference with a share of its effect, between the model without it
   * and with it (WiSE-FT, {@link LoraConfig#scaled}): less of what was learnt, less of what was
   * lost.
   *
   * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
   * @param share in (0, 1]
   * @return this model
   */
  public ChatModel withFrozenAdapter(Path folder, double share) {
    PeftAdapters.load(network(), folder, share);
    return this;
  }

  /**
   * Merges the adapter, if there is one, and prepares the weights for many sequences at a time. The
   * model can then no longer be trained.
   *
   * @return this model
   */
  public ChatModel merged() {
    if (network().lora() != null) {
      network().mergeAdapter();
    }
    network().freeze();
    return this;
  }

  /**
   * Trains every weight. There is then no reference in the model; trainers that need one compute
   * its log-probs before they begin.
   *
   * @return this model
   */
  public ChatModel withAllWeightsTrained() {
    network().trainAllWeights();
    return this;
  }

  /**
   * Keeps only each layer's input for the backward pass: less memory, a third more arithmetic.
   *
   * @return this model
   */
  public ChatModel withGradientCheckpointing() {
    network().checkpointActivations();
    return this;
  }

  /**
   * Answers a user message, greedily, in at most 256 tokens.
   *
   * @param message what the user says
   * @return the answer, stripped
   */
  public String chat(String message) {
    return chat(List.of(Message.user(message)), SamplingParams.greedy(MAX_NEW_TOKENS));
  }

  /**
   * Answers the last message of a conversation.
   *
   * @param messages the turns so far; the last one is answered
   * @param params how tokens are chosen, and how many at most
   * @return the answer, stripped
   */
  public String chat(List<Message> messages, SamplingParams params) {
    int[] prompt = parts.text().prompt(new Content.Chat(messages));
    return texts(List.of(prompt), params, 1, new CancellationToken()).get(0);
  }

  /**
   * Answers user messages, each on its own.
   *
   * @param messages what users say
   * @param params how tokens are chosen, and how many at most
   * @return one answer a message, in order
   */
  public List<String> generate(List<String> messages, SamplingParams params) {
    return generate(messages, params, BATCH, new CancellationToken());
  }

  /**
   * Answers user messages, each on its own.
   *
   * @param messages what users say
   * @param params how tokens are chosen, and how many at most
   * @param batch sequences at a time, &ge; 1; does not change the answers
   * @param cancellation ends generation between tokens
   * @return one answer a message, in order; empty for those that cancellation left unfinished
   */
  public List<String> generate(
      List<String> messages, SamplingParams params, int batch, CancellationToken cancellation) {
    List<int[]> prompts = messages.stream().map(parts.text()::userPrompt).toList();
    return texts(prompts, params, batch, cancellation);
  }

  private List<String> texts(
      List<int[]> prompts, SamplingParams params, int batch, CancellationToken cancellation) {
    try (TextGenerator generator = new TextGenerator(parts, batch, true)) {
      return generator.completions(
          prompts, params, Progress.SILENT, "generate", cancellation::isCancelled);
    }
  }

  /**
   * A conversation.
   *
   * @param params how tokens are chosen, and how many at most
   * @return a conversation without messages; the caller closes it
   */
  public ChatSession session(SamplingParams params) {
    return new ChatSession(this, params);
  }

  /**
   * Completes prompts of token ids, with the weights as they are now. Its completions have their
   * tokens' log-probs.
   *
   * @param batch sequences at a time, &ge; 1; does not change the completions
   * @return the generator; the caller closes it
   */
  public Generator generator(int batch) {
    return new Generator(network(), parts.assets().stopTokens(), batch, true);
  }

  /**
   * Log-probabilities of a completion's tokens after a user message.
   *
   * @param message what the user says
   * @param completion the assistant's answer
   * @return one natural logarithm a token, the end-of-turn token included
   */
  public double[] logProbs(String message, String completion) {
    Content prompt = Content.user(message);
    int[] promptIds = parts.text().prompt(prompt);
    int[] ids =
        parts.text().completion("completion", prompt, promptIds, Content.assistant(completion));
    TokenBatch batch = TokenBatch.of(List.of(new PromptCompletions(promptIds, List.of(ids))));
    return network().forward(batch, Mode.EVALUATE).logProbs();
  }

  /**
   * The tokens that answers begin with, after the assistant's turn is opened.
   *
   * @param answers at least the first words of each, such as {@code I'm sorry}
   * @return ids without repetition, in the answers' order
   */
  public List<Integer> firstTokens(List<String> answers) {
    Content prompt = Content.user("prompt");
    int[] promptIds = parts.text().prompt(prompt);
    return answers.stream()
        .map(
            answer ->
                parts.text().completion(answer, prompt, promptIds, Content.assistant(answer))[0])
        .distinct()
        .toList();
  }

  /**
   * Writes the adapter in PEFT's format.
   *
   * @param folder is made if it is not there
   * @throws RunFileException names the file that cannot be written
   */
  public void saveAdapter(Path folder) {
    write(() -> PeftAdapters.write(network(), name, folder));
  }

  /**
   * Writes a Hugging Face folder with the whole model. An adapter is merged into the weights, so
   * this model can then no longer be trained.
   *
   * @param folder is made if it is not there
   * @throws RunFileException names the file that cannot be written
   */
  public void saveMerged(Path folder) {
    if (network().lora() != null) {
      network().mergeAdapter();
    }
    write(() -> ModelFolders.write(parts, folder));
  }

  @FunctionalInterface
  private interface Writing {
    void write() throws IOException;
  }

  private static void write(Writing writing) {
    try {
      writing.write();
    } catch (IOException e) {
      throw new RunFileException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    parts.close();
  }
}
