package org.align4j.policy.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.HuggingFaceFolder;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.format.SafetensorsWriter;
import org.align4j.policy.model.DecoderTransformer;

/**
 * A chat model of two layers, or more, with random weights, a byte-level tokenizer and a chat
 * template, for tests of what takes a model with its text.
 */
public final class TinyChatModel {
  private static final String CONFIG =
      """
      {"model_type":"llama","vocab_size":%d,"hidden_size":%d,"intermediate_size":24,
       "num_hidden_layers":%d,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":6,
       "max_position_embeddings":%d,"tie_word_embeddings":true,"hidden_act":"silu"}
      """;
  private static final String TOKENIZER_CONFIG =
      """
      {"eos_token":"<|end|>","chat_template":"{% for m in messages %}{{ m['role'] }}: \
      {{ m['content'] }}<|end|>{% endfor %}{% if add_generation_prompt %}assistant: \
      {% endif %}"}
      """;

  private static final int LAYERS = 2;
  private static final int POSITIONS = 512;
  private static final int HIDDEN = 16;

  private TinyChatModel() {}

  /** Writes a Hugging Face folder and loads it with the default backend. */
  public static PolicyModel create(Path folder, long seed) throws IOException {
    return create(folder, seed, LAYERS, POSITIONS, HIDDEN);
  }

  /** The same of another size. */
  public static PolicyModel create(Path folder, long seed, int layers, int positions, int hidden)
      throws IOException {
    Backend backend = Backends.defaultBackend();
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        CONFIG.formatted(ByteTokenizer.VOCABULARY, hidden, layers, positions));
    Files.writeString(folder.resolve("tokenizer_config.json"), TOKENIZER_CONFIG);
    Files.write(folder.resolve("tokenizer.json"), ByteTokenizer.json());
    DecoderTransformer model =
        new DecoderTransformer(HuggingFaceFolder.read(folder).config(), backend);
    RandomWeights.fill(model, seed);
    SafetensorsWriter.write(folder.resolve("model.safetensors"), model.weights());
    return PolicyModel.load(folder, backend);
  }
}
