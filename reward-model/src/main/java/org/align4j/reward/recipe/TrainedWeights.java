package org.align4j.reward.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.lora.LoraConfig;

/**
 * What of the model is trained: a new adapter, a given one, or every weight.
 *
 * @param lora the new adapter
 * @param adapter folder of the one that training goes on from
 * @param dropout whether that one's stored dropout is used
 * @param checkpointing whether the backward pass computes activations again
 */
record TrainedWeights(
    Optional<LoraConfig> lora, Optional<Path> adapter, boolean dropout, boolean checkpointing) {
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
   * @param adapter that training goes on from
   */
  static TrainedWeights read(Settings settings, double dropout, Optional<Path> adapter) {
    boolean use = settings.flag("use_peft", true);
    if (adapter.isPresent()) {
      if (!use) {
        throw new ConfigurationException(
            "use_peft=false trains every weight, but training goes on with the adapter "
                + adapter.get()
                + "; leave one out");
      }
      OF_NEW_ADAPTERS.stream()
          .filter(settings::has)
          .findFirst()
          .ifPresent(
              key -> {
                throw new ConfigurationException(
                    key
                        + " is set, but the adapter "
                        + adapter.get()
                        + " brings its own; leave it out");
              });
    }
    Settings fresh =
        settings
            .when(use, "with use_peft=true")
            .when(adapter.isEmpty(), "without an adapter to go on from, which brings its own");
    LoraConfig config = LoraConfig.allLinear(16, 32).withDropout(dropout).with(fresh);
    return new TrainedWeights(
        use && adapter.isEmpty() ? Optional.of(config) : Optional.empty(),
        adapter,
        dropout > 0,
        settings.flag("gradient_checkpointing", false));
  }

  /** Whether every weight is trained, so that the model has no reference in it. */
  boolean full() {
    return lora.isEmpty() && adapter.isEmpty();
  }

  /** Loads a model and makes it trainable. */
  ChatModel load(Supplier<ChatModel> base, long seed) {
    ChatModel chat = base.get();
    if (checkpointing) {
      chat.withGradientCheckpointing();
    }
    if (adapter.isPresent()) {
      Path folder = adapter.get();
      return dropout ? chat.withAdapterAndDropout(folder) : chat.withAdapter(folder);
    }
    return lora.isPresent() ? chat.withLora(lora.get(), seed) : chat.withAllWeightsTrained();
  }
}
