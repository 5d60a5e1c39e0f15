package org.align4j.examples.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.run.Settings;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options and settings that all trainers share; keys and defaults are TRL's. */
final class TrainingOptions {
  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(
      names = "--config",
      converter = ExistingPath.class,
      description = "YAML file of settings.")
  Path config;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Overrides one setting; repeatable.")
  List<String> overrides = new ArrayList<>();

  @Option(names = "--resume", description = "Go on from the last checkpoint in the output folder.")
  boolean resume;

  Settings settings(CommandSpec spec) throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    if (config != null) {
      try {
        Map<String, Object> read =
            new YAMLMapper().readValue(config.toFile(), new TypeReference<>() {});
        if (read != null) {
          values.putAll(read);
        }
      } catch (com.fasterxml.jackson.core.JacksonException e) {
        throw new ParameterException(
            spec.commandLine(), config + ": not YAML settings: " + e.getOriginalMessage(), e);
      }
    }
    Settings settings = new Settings(values);
    return WrongUse.checked(
        spec,
        () -> {
          overrides.forEach(settings::override);
          return settings;
        });
  }

  /** The settings of every trainer that measures nothing on held-out rows. */
  static TrainingConfig training(Settings settings, double learningRate) {
    TrainingConfig defaults = TrainingConfig.defaults(learningRate);
    LearningRateSchedule schedule =
        LearningRateSchedule.parse(
            settings.text("lr_scheduler_type", lowerCase(defaults.schedule())));
    Settings warmup =
        settings.when(
            schedule.warmsUp(), "with lr_scheduler_type linear, cosine or constant_with_warmup");
    int saveSteps = settings.integer("save_steps", defaults.saveSteps());
    int warmupSteps = warmup.integer("warmup_steps", (int) defaults.warmupSteps());
    return TrainingConfig.builder(settings.number("learning_rate", defaults.learningRate()))
        .epochs(settings.number("num_train_epochs", defaults.epochs()))
        .maxSteps(settings.integer("max_steps", (int) defaults.maxSteps()))
        .maxSeconds(settings.number("max_seconds", defaults.maxSeconds()))
        .batchSize(settings.integer("per_device_train_batch_size", defaults.batchSize()))
        .accumulationSteps(
            settings.integer("gradient_accumulation_steps", defaults.accumulationSteps()))
        .microBatchTokens(settings.integer("micro_batch_tokens", defaults.microBatchTokens()))
        .schedule(schedule)
        .warmupRatio(
            warmup
                .when(warmupSteps == 0, "without warmup_steps")
                .number("warmup_ratio", defaults.warmupRatio()))
        .warmupSteps(warmupSteps)
        .adam(
            new AdamW.Settings(
                settings.number("adam_beta1", defaults.adam().beta1()),
                settings.number("adam_beta2", defaults.adam().beta2()),
                settings.number("adam_epsilon", defaults.adam().epsilon()),
                settings.number("weight_decay", defaults.adam().weightDecay())))
        .maxGradNorm(settings.number("max_grad_norm", defaults.maxGradNorm()))
        .seed(settings.integer("seed", (int) defaults.seed()))
        .shuffle(settings.flag("shuffle", defaults.shuffle()))
        .loggingSteps(settings.integer("logging_steps", defaults.loggingSteps()))
        .saveSteps(saveSteps)
        .saveTotalLimit(
            settings
                .when(saveSteps > 0, "with save_steps above 0")
                .integer("save_total_limit", defaults.saveTotalLimit()))
        .build();
  }

  /**
   * The same where held-out rows are measured.
   *
   * @param evalData null without any
   * @param evalOnStart whether they are measured before training too, unless the settings say
   */
  static TrainingConfig training(
      Settings settings, double learningRate, Path evalData, boolean evalOnStart) {
    TrainingConfig training = training(settings, learningRate);
    Settings measured = settings.when(evalData != null, "with --eval-data");
    return training.toBuilder()
        .evalSteps(measured.integer("eval_steps", training.evalSteps()))
        .evalOnStart(measured.flag("eval_on_start", evalOnStart))
        .build();
  }

  /** Whether the backward pass computes activations again instead of keeping them. */
  static boolean checkpointing(Settings settings) {
    return settings.flag("gradient_checkpointing", false);
  }

  /**
   * What happens to rows that are too long.
   *
   * @param mode TRL's default for the trainer
   */
  static LengthPolicy lengths(Settings settings, LengthPolicy.Mode mode) {
    return new LengthPolicy(
        settings.integer("max_length", 1024),
        LengthPolicy.Mode.parse(settings.text("truncation_mode", lowerCase(mode))));
  }

  private static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
