package org.align4j.examples.cli;

import java.nio.file.Path;
import org.align4j.policy.synth.RequestLanguage;
import org.align4j.policy.synth.SynthesisConfig;
import picocli.CommandLine.Option;

/** The options of ordinary requests that the model writes itself. */
final class SynthesisOptions {
  @Option(
      names = "--synthesize",
      paramLabel = "N",
      description = "Also write N ordinary requests that the model writes itself.")
  Integer count;

  @Option(
      names = "--gate",
      paramLabel = "FILE.json",
      converter = ExistingPath.class,
      description =
          "With --synthesize: the gate that drops harmful ones; without it one is fitted to the"
              + " project's requests.")
  Path gate;

  @Option(names = "--seed", description = "With --synthesize: default 0.")
  Long seed;

  @Option(names = "--language", description = "With --synthesize: english (default), latin or any.")
  String language;

  @Option(names = "--max-new-tokens", description = "With --synthesize: of a request (64).")
  Integer maxNewTokens;

  @Option(names = "--max-samples", description = "With --synthesize: texts sampled (20 N).")
  Integer maxSamples;

  boolean isAsked() {
    return count != null;
  }

  /** Whether an option is given that has no effect alone. */
  boolean hasOthers() {
    return gate != null
        || seed != null
        || language != null
        || maxNewTokens != null
        || maxSamples != null;
  }

  SynthesisConfig config() {
    SynthesisConfig config = SynthesisConfig.of(count, seed == null ? 0 : seed);
    if (language != null) {
      config = config.withLanguage(RequestLanguage.of(language));
    }
    if (maxNewTokens != null) {
      config = config.withSampling(config.sampling().withMaxNewTokens(maxNewTokens));
    }
    return maxSamples == null ? config : config.withMaxSamples(maxSamples);
  }
}
