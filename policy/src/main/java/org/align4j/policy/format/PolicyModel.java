package org.align4j.policy.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.align4j.core.chat.ChatTemplate;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.DecoderTransformer;
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

  /** Loads with the default backend. */
  public static PolicyModel load(Path path) {
    return load(path, Backends.defaultBackend());
  }

  /** Loads a folder or a GGUF file, which the model may read again while it is in use. */
  public static PolicyModel load(Path path, Backend backend) {
    if (Files.isDirectory(path)) {
      ModelAssets assets = HuggingFaceFolder.read(path);
      WeightSource weights = SafetensorsReader.openFolder(path);
      return orClose(weights, () -> assemble(assets, weights, backend));
    }
    GgufReader file = new GgufReader(path);
    return orClose(file, () -> assemble(GgufAssets.read(path, file), file, backend));
  }

  /** Loads the folder of a sequence classifier: everything but its head. */
  public static PolicyModel loadHeadless(Path folder) {
    ModelAssets assets = HuggingFaceFolder.read(folder).withTiedHead();
    WeightSource weights = SafetensorsReader.openFolder(folder);
    return orClose(weights, () -> assemble(assets, weights, Backends.defaultBackend()));
  }

  private static PolicyModel orClose(WeightSource source, Supplier<PolicyModel> loading) {
    try {
      return loading.get();
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static PolicyModel assemble(ModelAssets assets, WeightSource source, Backend backend) {
    if (assets.tokenizerJson() == null) {
      throw new ModelFileException(assets.origin() + ": has no tokenizer.json");
    }
    DecoderTransformer transformer = new DecoderTransformer(assets.config(), backend);
    transformer.read(source);
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
}
