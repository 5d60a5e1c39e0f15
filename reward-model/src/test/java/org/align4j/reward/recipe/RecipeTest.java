package org.align4j.reward.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.PromptFile;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeTest {
  @TempDir Path folder;

  private Supplier<ChatModel> base;
  private RowFiles pairs;

  @BeforeEach
  void write() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    TinyChatModel.create(model, 3);
    base = () -> ChatModel.load(model.toString());
    Path rows = folder.resolve("pairs.jsonl");
    Files.writeString(
        rows,
        """
        {"prompt": "a", "chosen": "b", "rejected": "c"}
        {"prompt": "c", "chosen": "b", "rejected": "a"}
        """);
    pairs = RowFiles.of(rows);
  }

  private static ChatModel noModel() {
    throw new AssertionError("loaded a model");
  }

  private static Settings settings(Map<String, Object> values) {
    return new Settings(values);
  }

  @Test
  void dpoFromSettingsWritesAdapterSettingsAndMetrics() throws IOException {
    Settings settings = settings(Map.of("max_steps", "3", "lora_r", "2", "beta", "0.3"));
    Recipe.Plan plan = OfflineRecipe.dpo(pairs, Optional.empty()).plan(settings);
    settings.rejectUnknown();
    Path out = folder.resolve("out");

    Outcome outcome = plan.run(base, RunFolder.of(out));

    assertThat(outcome.what()).isEqualTo("adapter");
    assertThat(outcome.written().resolve("adapter_model.safetensors")).exists();
    assertThat(outcome.summary()).containsEntry("steps", 3L).containsEntry("rows_cut", 0);
    assertThat(Files.readString(out.resolve("config.json")))
        .containsPattern("\"beta\" : \"?0\\.3\"?");
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl"))).isNotEmpty();
  }

  @Test
  void everyWeightIsTrainedWithoutPeft() {
    Settings settings =
        settings(Map.of("max_steps", 1, "use_peft", false, "precompute_ref_log_probs", true));
    Outcome outcome =
        OfflineRecipe.dpo(pairs, Optional.empty())
            .plan(settings)
            .run(base, RunFolder.of(folder.resolve("full")));
    assertThat(outcome.what()).isEqualTo("model");
    assertThat(outcome.written().resolve("model.safetensors")).exists();
  }

  @Test
  void trainingGoesOnFromAnAdapterWhichBringsItsShape() {
    Path first =
        OfflineRecipe.dpo(pairs, Optional.empty())
            .plan(settings(Map.of("max_steps", 1, "lora_r", 2)))
            .run(base, RunFolder.of(folder.resolve("first")))
            .written();
    Outcome second =
        OfflineRecipe.dpo(pairs, Optional.of(first))
            .plan(settings(Map.of("max_steps", 1)))
            .run(base, RunFolder.of(folder.resolve("second")));
    assertThat(second.written().resolve("adapter_config.json")).content().contains("\"r\" : 2");
    assertThatThrownBy(
            () -> OfflineRecipe.dpo(pairs, Optional.of(first)).plan(settings(Map.of("lora_r", 4))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("lora_r is set")
        .hasMessageContaining(first.toString());
  }

  @Test
  void wrongSettingsCostNoModel() {
    assertThatThrownBy(
            () -> OfflineRecipe.dpo(pairs, Optional.empty()).plan(settings(Map.of("beta", "much"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("beta");
    assertThatThrownBy(
            () ->
                OfflineRecipe.sft(pairs, Optional.empty()).plan(settings(Map.of("eval_steps", 5))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("with held-out rows");
  }

  @Test
  void onlineTrainingFromSettingsLogsCompletions() throws IOException {
    Path prompts = Files.writeString(folder.resolve("prompts.txt"), "a\nb\n");
    OnlineRecipe.Task task =
        new OnlineRecipe.Task(
            PromptFile.parse(prompts.toString()), List.of("length:3"), Optional.empty());
    Path out = folder.resolve("grpo");
    Outcome outcome =
        OnlineRecipe.grpo(task)
            .plan(
                settings(
                    Map.of(
                        "max_steps", 1,
                        "num_generations", 2,
                        "max_completion_length", 3,
                        "per_device_train_batch_size", 2)))
            .run(base, RunFolder.of(out));
    assertThat(outcome.summary()).containsEntry("steps", 1L);
    assertThat(out.resolve("completions.jsonl")).exists();
  }

  @Test
  void aRewardModelIsWrittenBesideItsSettings() {
    Path out = folder.resolve("reward-run");
    Outcome outcome =
        new RewardRecipe(pairs, Optional.empty())
            .plan(settings(Map.of("max_steps", 1)))
            .run(base, RunFolder.of(out));
    assertThat(outcome.what()).isEqualTo("reward model");
    assertThat(outcome.written()).isEqualTo(out.resolve("reward")).isDirectory();
  }

  @Test
  void anEncoderRewardLoadsNoLanguageModel() {
    Outcome outcome =
        new EncoderRewardRecipe(pairs.training())
            .plan(settings(Map.of()))
            .run(RecipeTest::noModel, RunFolder.of(folder.resolve("encoder")));
    assertThat(outcome.written()).isDirectory();
    assertThat(outcome.summary()).containsEntry("pairs", 2);
  }

  @Test
  void aTeacherNamedSelfNeedsAnAdapter() {
    DistillationRecipe recipe =
        new DistillationRecipe(pairs, Optional.empty(), DistillationRecipe.SELF, Optional.empty());
    assertThatThrownBy(() -> recipe.plan(settings(Map.of("use_peft", false))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("train an adapter");
  }
}
