package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong use ends with 2 before anything is loaded, and says what would be right. */
class WrongUseTest extends CommandTest {

  /** No model is there: whoever loads one before the settings are read fails with 1. */
  private int train(String method, String... more) throws IOException {
    Path data = Files.writeString(folder.resolve("data.txt"), "a prompt\n");
    List<String> line = new ArrayList<>(List.of("train"));
    line.addAll(List.of(method.split(" ")));
    line.addAll(List.of("--model", folder.resolve("no-model").toString()));
    line.addAll(List.of("--data", data.toString(), "--out", folder.toString()));
    line.addAll(List.of(more));
    return Align4j.run(line.toArray(String[]::new));
  }

  @Test
  void aMisspeltSettingNamesTheNearestOne() throws IOException {
    assertThat(train("dpo", "--set", "learning_rat=1e-5")).isEqualTo(2);
    assertThat(errors())
        .contains("unknown setting \"learning_rat\"; did you mean \"learning_rate\"?");
    Path config = Files.writeString(folder.resolve("c.yaml"), "num_train_epoch: 2\n");
    assertThat(train("grpo --reward length:3", "--config", config.toString())).isEqualTo(2);
    assertThat(errors())
        .contains("unknown setting \"num_train_epoch\"; did you mean \"num_train_epochs\"?");
  }

  @Test
  void retentionNeedsPromptsAndAWeight() throws IOException {
    assertThat(train("sft", "--set", "retention_weight=0.5")).isEqualTo(2);
    assertThat(errors())
        .contains("retention_weight is set to 0.5, but has an effect only with prompts to retain");
    String prompts = folder.resolve("data.txt").toString();
    assertThat(train("dpo", "--retain", prompts, "--set", "retention_weight=0")).isEqualTo(2);
    assertThat(errors()).contains("retention_weight must be positive, got 0.0");
    assertThat(train("dpo", "--retain", folder.resolve("none.txt").toString())).isEqualTo(2);
    assertThat(errors()).contains("none.txt: no such file or folder");
  }

  @Test
  void aShareIsOfAnAdapterAndInRange() {
    String out = folder.resolve("out").toString();
    String none = folder.resolve("no-model").toString();
    assertThat(Align4j.run("export", "--model", none, "--out", out, "--scale", "0.5")).isEqualTo(2);
    assertThat(errors()).contains("--scale is of an adapter; name one with --adapter");
    assertThat(Align4j.run("export", "--model", none, "--out", out, "--scale", "2")).isEqualTo(2);
    assertThat(errors()).contains("--scale must be in (0, 1], got 2.0");
  }

  @Test
  void aRefusalScaleIsOfAnAdapterWithAGate() throws IOException {
    String none = folder.resolve("no-model").toString();
    String plain = FIXTURES.resolve("models/adapter").toString();
    assertThat(Align4j.run("chat", "--model", none, "--refusal-scale", "0.5")).isEqualTo(2);
    assertThat(errors()).contains("--refusal-scale has no effect here; it is of an --adapter");
    assertThat(Align4j.run("chat", "--model", none, "--adapter", plain, "--refusal-scale", "0.5"))
        .isEqualTo(2);
    assertThat(errors()).contains("has no refusal_dial.json: only an adapter with a gate");
    for (String method : new String[] {"dpo", "reward"}) {
      assertThat(train(method, "--refusal-scale", "0.5")).isEqualTo(2);
      assertThat(errors()).contains("--refusal-scale has no effect in training");
    }
    assertThat(train("reward", "--kind", "encoder", "--refusal-scale", "0.5")).isEqualTo(2);
    assertThat(errors()).contains("--refusal-scale has no effect in training");
  }

  @Test
  void aMisspeltOptionNamesTheNearestOne() throws IOException {
    assertThat(train("dpo", "--resum")).isEqualTo(2);
    assertThat(errors()).contains("Unknown option: '--resum'").contains("--resume");
    assertThat(Align4j.run("tran")).isEqualTo(2);
    assertThat(errors()).contains("train");
  }

  @Test
  void missingFilesAreWrongUse() throws IOException {
    String none = folder.resolve("none.jsonl").toString();
    assertThat(Align4j.run("train", "dpo", "--data", none, "--out", folder.toString()))
        .isEqualTo(2);
    assertThat(errors()).contains("none.jsonl: no such file or folder");
    assertThat(train("dpo", "--config", none)).isEqualTo(2);
    assertThat(train("dpo", "--eval-data", none)).isEqualTo(2);
    assertThat(train("dpo", "--adapter", none)).isEqualTo(2);
    assertThat(Align4j.run("generate", "--prompts", none + ":text", "--out", none)).isEqualTo(2);
    assertThat(Align4j.run("evaluate", "refusal", "--harmful", none, "--out", none)).isEqualTo(2);
    assertThat(Align4j.run("score", "--reward-model", none, "--data", none, "--out", none))
        .isEqualTo(2);
  }

  @Test
  void badValuesAreWrongUse() throws IOException {
    assertThat(train("dpo", "--set", "beta=much")).isEqualTo(2);
    assertThat(train("dpo", "--set", "beta=-1")).isEqualTo(2);
    assertThat(errors()).contains("beta must be positive, got -1.0");
    assertThat(train("dpo", "--set", "loss_type=sigmoit")).isEqualTo(2);
    assertThat(train("dpo", "--set", "loss_weights=1,x")).isEqualTo(2);
    assertThat(errors()).contains("loss_weights holds \"x\"; expected numbers");
    assertThat(train("dpo", "--set", "novalue")).isEqualTo(2);
    Path prompts = Files.writeString(folder.resolve("p.txt"), "a\n");
    String out = folder.resolve("o.jsonl").toString();
    assertThat(
            Align4j.run("generate", "--prompts", prompts.toString(), "--out", out, "--top-p", "2"))
        .isEqualTo(2);
    assertThat(errors()).contains("top_p must be in (0, 1], got 2.0");
    Path broken = Files.writeString(folder.resolve("broken.yaml"), "a: [1\n");
    assertThat(train("dpo", "--config", broken.toString())).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ppo --reward length:3|kl_in=loss|kl_target=2|kl_target is set to 2",
        "ppo --reward length:3|kl_coef=0.1|kl_horizon=10|kl_horizon is set to 10",
        "ppo --reward length:3|critic=shard|seed=1|critic is \"shard\"; expected separate, shared",
        "ppo --reward length:3|importance_sampling_clip_max=2|seed=1|importance_sampling_mode",
        "ppo --reward length:3|use_peft=false|kl_coef=0.1|needs a reference",
        "ppo --reward length:3|num_mini_batches=9|seed=1|a round has only 8 prompts",
        "ppo --reward length:3|top_k=5|seed=1|needs top_k 0",
        "grpo --reward length:3|use_peft=false|kl_budget=1|kl_budget needs a reference",
        "grpo --reward length:3|loss_type=cispo|epsilon=0.1|epsilon is set to 0.1",
        "grpo --reward length:3|sapo_temperature_pos=2|seed=1|with loss_type=sapo",
        "grpo --reward length:3|vespo_k_pos=1|seed=1|with loss_type=vespo",
        "grpo --reward length:3|use_bias_correction_kl=false|seed=1|with beta above 0",
        "grpo --reward length:3|num_generations=1|seed=1|num_generations must be at least 2",
        "reinforce-pp --reward length:3|baseline=true|seed=1|num_generations must be at least 2",
        "grpo --reward length:3|eval_steps=5|seed=1|unknown setting \"eval_steps\"",
        "rloo --reward length:3|use_peft=false|seed=1|needs a reference",
        "online-dpo --reward length:3|label_smoothing=0.1|seed=1|label_smoothing is set to 0.1",
        "online-dpo --reward length:3|use_peft=false|seed=1|needs a reference",
        "dpo|label_smoothing=0.1|seed=1|label_smoothing is set to 0.1",
        "dpo|discopop_tau=0.1|seed=1|with loss_type=discopop",
        "dpo|f_alpha_divergence_coef=0.7|seed=1|with f_divergence_type=alpha_divergence",
        "dpo|loss_type=nca_pair|f_divergence_type=js_divergence|with a loss_type that sees scores",
        "dpo|eval_steps=5|seed=1|with held-out rows",
        "dpo|lr_scheduler_type=constant|warmup_ratio=0.1|warmup_ratio is set to 0.1",
        "dpo|warmup_steps=3|warmup_ratio=0.1|without warmup_steps",
        "dpo|use_peft=false|lora_r=8|with use_peft=true",
        "dpo|use_peft=false|precompute_ref_log_probs=false|needs precompute_ref_log_probs=true",
        "cpo|simpo_gamma=1|seed=1|with loss_type=simpo",
        "cpo|loss_type=hinge|label_smoothing=0.1|label_smoothing is set to 0.1",
        "reward|truncation_mode=keep_start|seed=1|would score answers that were cut",
        "reward --kind encoder|seed=1|seed=1|--model has no effect with --kind encoder",
        "distill --teacher self|use_peft=false|seed=1|train an adapter",
        "distill --teacher self|lmbda=1|seq_kd=true|with lmbda below 1",
        "distill --teacher self|lmbda=1|max_length=10|with recorded answers",
        "distill --teacher self|lmbda=0|temperature=0.5|with lmbda above 0",
        "distill --teacher self|lmbda=0|max_new_tokens=5|seq_kd=true"
      })
  void settingsWithoutEffectAreRefused(String method, String first, String second, String message)
      throws IOException {
    assertThat(train(method, "--set", first, "--set", second)).as(errors()).isEqualTo(2);
    assertThat(errors()).contains(message);
  }

  @Test
  void anAdapterBringsItsOwnShape() throws IOException {
    String adapter = FIXTURES.resolve("models/adapter").toString();
    for (String key : List.of("lora_r=16", "lora_alpha=32", "lora_dropout=0", "use_rslora=false")) {
      assertThat(train("dpo", "--adapter", adapter, "--set", key)).isEqualTo(2);
      assertThat(errors())
          .contains(key.substring(0, key.indexOf('=')) + " is set, but the adapter")
          .contains("brings its own");
    }
    assertThat(train("dpo", "--adapter", adapter, "--set", "use_peft=false")).isEqualTo(2);
    assertThat(errors()).contains("use_peft=false trains every weight");
  }

  /** What fails while it runs, such as a model that is not there, is 1. */
  @Test
  void failuresAreOne() throws IOException {
    assertThat(train("dpo")).isEqualTo(1);
    assertThat(errors()).contains("no-model");
  }
}
