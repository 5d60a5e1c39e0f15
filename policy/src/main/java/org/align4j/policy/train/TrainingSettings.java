package org.align4j.policy.train;

import java.util.Locale;
import org.align4j.core.run.Settings;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.text.LengthPolicy;

/** Reads what all trainers share from settings; keys as in docs/settings.md, which are TRL's. */
public final class TrainingSettings {
  private static final int MAX_LENGTH = 1024;

  private TrainingSettings() {}

  /**
   * {@return a configuration with the settings that are given, for trainers that evaluate nothing}
   *
   * @param settings what a user set
   * @param defaults hold where nothing is set
   */
  public static TrainingConfig read(Settings settings, TrainingConfig defaults) {
    LearningRateSchedule schedule =
        LearningRateSchedule.parse(
            settings.text("lr_scheduler_type", lowerCase(defaults.schedule())));
    Settings warmup =
        settings.when(
            schedule.warmsUp(), "with lr_scheduler_type linear, cosine or constant_with_warmup");
    int warmupSteps = warmup.integer("warmup_steps", (int) defaults.warmupSteps());
    int saveSteps = settings.integer("save_steps", defaults.saveSteps());
    return defaults.toBuilder()
        .learningRate(settings.number("learning_rate", defaults.learningRate()))
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
        .adam(adam(settings, defaults.adam()))
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

  private static AdamW.Settings adam(Settings settings, AdamW.Settings defaults) {
    return new AdamW.Settings(
        settings.number("adam_beta1", defaults.beta1()),
        settings.number("adam_beta2", defaults.beta2()),
        settings.number("adam_epsilon", defaults.epsilon()),
        settings.number("weight_decay", defaults.weightDecay()));
  }

  /**
   * {@return a configuration with the settings that are given, those of evaluations too}
   *
   * @param settings what a user set
   * @param evaluated the settings for reading keys that have an effect only with held-out rows
   * @param defaults hold where nothing is set
   */
  public static TrainingConfig read(
      Settings settings, Settings evaluated, TrainingConfig defaults) {
    return read(settings, defaults).toBuilder()
        .evalSteps(evaluated.integer("eval_steps", defaults.evalSteps()))
        .evalOnStart(evaluated.flag("eval_on_start", defaults.evalOnStart()))
        .build();
  }

  /**
   * {@return what happens to rows that are too long}
   *
   * @param settings what a user set
   * @param mode TRL's default for the trainer
   */
  public static LengthPolicy lengths(Settings settings, LengthPolicy.Mode mode) {
    return new LengthPolicy(
        settings.integer("max_length", MAX_LENGTH),
        LengthPolicy.Mode.parse(settings.text("truncation_mode", lowerCase(mode))));
  }

  private static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
