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
 * <p>Closing it releases the tokenizer and the model's files, which frozen weights may be read from
 * again. The weights' memory is released when the model is no longer reachable.
 */
public final class PolicyModel implements AutoCloseable {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  private final DecoderTransformer transformer;
  private final ModelAssets assets;
  private final HuggingFaceTokenizers tokenizer;
  private final TextEncoder text;
  private final WeightSource source;

  private PolicyModel(
      DecoderTransformer transformer,
      ModelAssets assets,
      HuggingFaceTokenizers tokenizer,
      TextEncoder text,
      WeightSource source) {
    this.transformer = transformer;
    this.assets = assets;
    this.tokenizer = tokenizer;
    this.text = text;
    this.source = source;
  }

  /** {@return the network} */
  public DecoderTransformer transformer() {
    return transformer;
  }

  /** {@return configuration and special tokens} */
  public ModelAssets assets() {
    return assets;
  }

  /** {@return text to ids and back} */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** {@return dialogues to ids} */
  public TextEncoder text() {
    return text;
  }

  @Override
  public void close() {
    tokenizer.close();
    source.close();
  }

  /**
   * Loads with the default backend.
   *
   * @param path a folder or a GGUF file
   * @return the model; the caller closes it
   */
  public static PolicyModel load(Path path) {
    return load(path, Backends.defaultBackend());
  }

  /**
   * Loads a folder or a GGUF file, which the model may read again while it is in use.
   *
   * @param path a folder or a GGUF file
   * @param backend what computes
   * @return the model; the caller closes it
   */
  public static PolicyModel load(Path path, Backend backend) {
    if (Files.isDirectory(path)) {
      ModelAssets assets = HuggingFaceFolder.read(path);
      WeightSource weights = SafetensorsReader.openFolder(path);
      return orClose(weights, () -> assemble(assets, weights, backend, Set.of()));
    }
    GgufReader file = new GgufReader(path);
    return orClose(file, () -> assemble(GgufAssets.read(path, file), file, backend, Set.of()));
  }

  /**
   * Loads the folder of a sequence classifier without its head, with the default backend.
   *
   * @param folder of a sequence classifier
   * @return the model; the caller closes it
   */
  public static PolicyModel loadHeadless(Path folder) {
    return loadHeadless(folder, Backends.defaultBackend());
  }

  /**
   * Loads the folder of a sequence classifier: everything but its head.
   *
   * @param folder of a sequence classifier
   * @param backend what computes
   * @return the model; the caller closes it
   */
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
    byte[] tokenizerJson =
        assets
            .tokenizerJson()
            .orElseThrow(() -> new ModelFileException(assets.origin() + ": has no tokenizer.json"));
    DecoderTransformer transformer = new DecoderTransformer(assets.config(), backend);
    RequestedWeights weights = new RequestedWeights(source);
    transformer.read(weights);
    boolean repeated = assets.config().tiedHead() && readElsewhere.isEmpty();
    if (repeated && source.names().contains(HEAD)) {
      requireTied(assets, weights);
    }
    weights.refuseOthers(assets.origin(), readElsewhere);
    HuggingFaceTokenizers tokenizer = tokenizer(assets.origin(), tokenizerJson);
    ChatTemplate template =
        assets
            .chatTemplate()
            .map(jinja -> new ChatTemplate(jinja, assets.specialTokens()))
            .orElse(null);
    String end = assets.specialTokens().getOrDefault("eos_token", "");
    TextEncoder text = new TextEncoder(tokenizer, template, end, beginning(assets, tokenizer));
    Set<Integer> stops = new TreeSet<>();
    single(tokenizer, end).ifPresent(stops::add);
    text.endOfTurn().ifPresent(stops::add);
    return new PolicyModel(transformer, assets.withStopTokens(stops), tokenizer, text, source);
  }

  private static HuggingFaceTokenizers tokenizer(Path origin, byte[] json) {
    try {
      return new HuggingFaceTokenizers(origin.toString(), json);
    } catch (IllegalArgumentException e) {
      throw new ModelFileException(e.getMessage(), e);
    }
  }

  /** What raw text begins with: what the model's files say, or else the tokenizer itself. */
  private static int[] beginning(ModelAssets assets, Tokenizer tokenizer) {
    return switch (assets.beginning()) {
      case AS_TOKENIZER_SAYS -> tokenizer.beginning();
      case NOTHING -> new int[0];
      case BOS ->
          single(tokenizer, assets.specialTokens().getOrDefault("bos_token", "")).stream()
              .toArray();
    };
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
