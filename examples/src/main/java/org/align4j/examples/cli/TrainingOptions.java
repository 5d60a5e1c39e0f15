package org.align4j.examples.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.core.data.DataException;
import org.align4j.core.run.Settings;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import picocli.CommandLine.Option;

/** Options and settings that all trainers share; keys and defaults are TRL's. */
final class TrainingOptions {
  /** TRL's ModelConfig. */
  private static final double LORA_DROPOUT = 0.05;

  @Option(names = "--data", required = true, description = "JSONL, JSON or CSV in a TRL layout.")
  Path data;

  @Option(names = "--eval-data", description = "Held-out rows in the same layout.")
  Path evalData;

  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(names = "--config", description = "YAML file of settings.")
  Path config;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Overrides one setting; repeatable.")
  List<String> overrides = new ArrayList<>();

  @Option(names = "--resume", description = "Go on from the last checkpoint in the output folder.")
  boolean resume;

  Settings settings() throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    if (config != null) {
      try {
        Map<String, Object> read =
            new YAMLMapper().readValue(config.toFile(), new TypeReference<>() {});
        if (read != null) {
          values.putAll(read);
        }
      } catch (com.fasterxml.jackson.core.JacksonException e) {
        throw new DataException(config + ": not YAML: " + e.getOriginalMessage(), e);
      }
    }
    Settings settings = new Settings(values);
    overrides.forEach(settings::override);
    return settings;
  }

  static TrainingConfig training(Settings settings, double learningRate) {
    return TrainingConfig.builder(settings.number("learning_rate", learningRate))
        .epochs(settings.number("num_train_epochs", 3))
        .maxSteps(settings.integer("max_steps", 0))
        .maxSeconds(settings.number("max_seconds", 0))
        .batchSize(settings.integer("per_device_train_batch_size", 8))
        .accumulationSteps(settings.integer("gradient_accumulation_steps", 1))
        .microBatchTokens(settings.integer("micro_batch_tokens", 4096))
        .schedule(LearningRateSchedule.parse(settings.text("lr_scheduler_type", "linear")))
        .warmupRatio(settings.number("warmup_ratio", 0))
        .adam(
            new AdamW.Settings(
                settings.number("adam_beta1", 0.9),
                settings.number("adam_beta2", 0.999),
                settings.number("adam_epsilon", 1e-8),
                settings.number("weight_decay", 0)))
        .maxGradNorm(settings.number("max_grad_norm", 1))
        .seed(settings.integer("seed", 42))
        .shuffle(settings.flag("shuffle", true))
        .loggingSteps(settings.integer("logging_steps", 10))
        .evalSteps(settings.integer("eval_steps", 0))
        .saveSteps(settings.integer("save_steps", 0))
        .build();
  }

  /** The adapter to train, or null for full fine-tuning. */
  static LoraConfig lora(Settings settings) {
    return lora(settings, LORA_DROPOUT);
  }

  /** The same where dropout has another default. */
  static LoraConfig lora(Settings settings, double dropout) {
    boolean use = settings.flag("use_peft", true);
    LoraConfig lora =
        new LoraConfig(
            settings.integer("lora_r", 16),
            settings.number("lora_alpha", 32),
            settings.number("lora_dropout", dropout),
            Set.copyOf(settings.texts("lora_target_modules", LoraConfig.ALL_LINEAR)),
            settings.flag("use_rslora", false),
            settings.integer("lora_first_layer", 0));
    return use ? lora : null;
  }

  /** Whether the backward pass computes activations again instead of keeping them. */
  static boolean checkpointing(Settings settings) {
    return settings.flag("gradient_checkpointing", false);
  }

  static LengthPolicy lengths(Settings settings) {
    return new LengthPolicy(
        settings.integer("max_length", 1024),
        LengthPolicy.Mode.parse(settings.text("truncation_mode", "keep_start")));
  }
}
