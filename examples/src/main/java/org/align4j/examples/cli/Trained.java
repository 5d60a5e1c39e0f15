package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.lora.LoraConfig;

/**
 * What of the model is trained: a new adapter, the given one, or every weight.
 *
 * @param lora the new adapter, or null
 * @param adapter folder of the one that training goes on from, or null
 * @param dropout whether that one's stored dropout is used
 */
record Trained(LoraConfig lora, Path adapter, boolean dropout) {
  private static final List<String> OF_NEW_ADAPTERS =
      List.of(
          "lora_r",
          "lora_alpha",
          "lora_dropout",
          "lora_target_modules",
          "use_rslora",
          "lora_first_layer");

  /**
   * Reads the settings.
   *
   * @param dropout TRL's default for the trainer; 0 where it disables dropout, also that of a
   *     stored adapter
   * @param adapter what --adapter says, or null
   */
  static Trained read(Settings settings, double dropout, Path adapter) {
    boolean use = settings.flag("use_peft", true);
    if (adapter != null) {
      if (!use) {
        throw new IllegalArgumentException(
            "use_peft=false trains every weight, --adapter goes on with an adapter; leave one out");
      }
      OF_NEW_ADAPTERS.stream()
          .filter(settings::has)
          .findFirst()
          .ifPresent(
              key -> {
                throw new IllegalArgumentException(
                    key + " is set, but --adapter brings its own; leave it out");
              });
    }
    Settings fresh =
        settings
            .when(use, "with use_peft=true")
            .when(adapter == null, "without --adapter, which brings its own");
    LoraConfig lora = LoraConfig.allLinear(16, 32).withDropout(dropout).with(fresh);
    return new Trained(use && adapter == null ? lora : null, adapter, dropout > 0);
  }

  /** Whether every weight is trained, so that the model has no reference in it. */
  boolean full() {
    return lora == null && adapter == null;
  }

  /** Loads a model and makes it trainable. */
  ChatModel load(ModelOptions options, long seed, boolean checkpointing) {
    ChatModel chat = options.base();
    if (checkpointing) {
      chat.withGradientCheckpointing();
    }
    if (adapter != null) {
      return dropout ? chat.withAdapterAndDropout(adapter) : chat.withAdapter(adapter);
    }
    return lora == null ? chat.withAllWeightsTrained() : chat.withLora(lora, seed);
  }
}
