package org.align4j.policy.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.align4j.core.chat.ChatTemplate;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ScalarHead;
import org.align4j.policy.model.WeightLoader;
import org.align4j.policy.text.HuggingFaceTokenizers;
import org.align4j.policy.text.TextEncoder;
import org.align4j.policy.text.Tokenizer;

/**
 * A model ready for use: weights, tokenizer and chat template of one file or folder.
 *
 * @param transformer the network
 * @param assets configuration and special tokens
 * @param tokenizer text to ids
 * @param text dialogues to ids
 */
public record PolicyModel(
    DecoderTransformer transformer, ModelAssets assets, Tokenizer tokenizer, TextEncoder text) {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  /** Loads with the default backend. */
  public static PolicyModel load(Path path) {
    return load(path, Backends.defaultBackend());
  }

  /** Loads a folder or a GGUF file, which the model may read again while it is in use. */
  public static PolicyModel load(Path path, Backend backend) {
    if (Files.isDirectory(path)) {
      ModelAssets assets = HuggingFaceFolder.read(path);
      WeightSource weights = SafetensorsReader.openFolder(path);
      return orClose(weights, () -> assemble(assets, weights, backend, Set.of()));
    }
    GgufReader file = new GgufReader(path);
    return orClose(file, () -> assemble(GgufAssets.read(path, file), file, backend, Set.of()));
  }

  /** Loads the folder of a sequence classifier without its head, with the default backend. */
  public static PolicyModel loadHeadless(Path folder) {
    return loadHeadless(folder, Backends.defaultBackend());
  }

  /** Loads the folder of a sequence classifier: everything but its head. */
  public static PolicyModel loadHeadless(Path folder, Backend backend) {
    ModelAssets assets = HuggingFaceFolder.read(folder).withTiedHead();
    WeightSource weights = SafetensorsReader.openFolder(folder);
    Set<String> heads = Set.of(ScalarHead.NAME, HEAD);
    return orClose(weights, () -> assemble(assets, weights, backend, heads));
  }

  private static PolicyModel orClose(WeightSource source, Supplier<PolicyModel> loading) {
    try {
      return loading.get();
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static PolicyModel assemble(
      ModelAssets assets, WeightSource source, Backend backend, Set<String> readElsewhere) {
    if (assets.tokenizerJson() == null) {
      throw new ModelFileException(assets.origin() + ": has no tokenizer.json");
    }
    DecoderTransformer transformer = new DecoderTransformer(assets.config(), backend);
    RequestedWeights weights = new RequestedWeights(source);
    transformer.read(weights);
    boolean repeated = assets.config().tiedHead() && readElsewhere.isEmpty();
    if (repeated && source.names().contains(HEAD)) {
      requireTied(assets, weights);
    }
    weights.refuseOthers(assets.origin(), readElsewhere);
    Tokenizer tokenizer =
        new HuggingFaceTokenizers(assets.origin().toString(), assets.tokenizerJson());
    ChatTemplate template =
        assets.chatTemplate() == null
            ? null
            : new ChatTemplate(assets.chatTemplate(), assets.specialTokens());
    String end = assets.specialTokens().getOrDefault("eos_token", "");
    TextEncoder text = new TextEncoder(tokenizer, template, end, beginning(assets, tokenizer));
    Set<Integer> stops = new TreeSet<>();
    single(tokenizer, end).ifPresent(stops::add);
    text.endOfTurn().ifPresent(stops::add);
    return new PolicyModel(transformer, assets.withStopTokens(stops), tokenizer, text);
  }

  /** What raw text begins with: what the model's files say, or else the tokenizer itself. */
  private static int[] beginning(ModelAssets assets, Tokenizer tokenizer) {
    if (assets.addBos() == null) {
      return tokenizer.beginning();
    }
    String begin = assets.addBos() ? assets.specialTokens().getOrDefault("bos_token", "") : "";
    OptionalInt id = single(tokenizer, begin);
    return id.isPresent() ? new int[] {id.getAsInt()} : new int[0];
  }

  private static OptionalInt single(Tokenizer tokenizer, String token) {
    int[] ids = token.isEmpty() ? new int[0] : tokenizer.encode(token);
    return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
  }

  /** A head of its own in the file of a model with a tied one must repeat the embedding. */
  private static void requireTied(ModelAssets assets, WeightLoader weights) {
    int rows = assets.config().vocabulary();
    int columns = assets.config().hidden();
    try (Tensor head = Tensor.zeros(rows, columns);
        Tensor embedding = Tensor.zeros(rows, columns)) {
      weights.read(HEAD, head);
      weights.read(EMBEDDING, embedding);
      float[] own = new float[columns];
      float[] expected = new float[columns];
      for (int r = 0; r < rows; r++) {
        head.readRow(r, own, 0);
        embedding.readRow(r, expected, 0);
        if (!Arrays.equals(own, expected)) {
          throw new ModelFileException(
              assets.origin()
                  + ": tie_word_embeddings is true, but row "
                  + r
                  + " of lm_head.weight is not the embedding's; set it to false in config.json to"
                  + " use the head");
        }
      }
    }
  }
}
