package org.align4j.policy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.text.TokenizedPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter whose modules differ in rank and alpha is trained, stopped and resumed. */
class PatternedTrainingTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final LoraConfig LORA =
      LoraConfig.allLinear(2, 4)
          .withDropout(0.3)
          .withRank("q_proj", 3)
          .withRank("layers.1.mlp.*", 6)
          .withAlpha("layers.1.mlp.*", 12);

  @TempDir Path folder;

  private List<Parameter> train(
      LoraConfig lora, String name, int steps, boolean continued, boolean resume) {
    return train(lora, name, steps, continued, resume, () -> false);
  }

  private List<Parameter> train(
      LoraConfig lora,
      String name,
      int steps,
      boolean continued,
      boolean resume,
      BooleanSupplier stop) {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.addAdapter(lora, 1);
    if (continued) {
      model.keepAdapterAsReference();
    }
    List<TokenizedPair> pairs = new ArrayList<>();
    for (int t = 5; t < 15; t++) {
      pairs.add(
          new TokenizedPair("row " + t, new int[] {2, 3, t}, new int[] {t, t}, new int[] {1, 1}));
    }
    TrainingConfig config =
        TrainingConfig.builder(0.01).maxSteps(steps).batchSize(4).saveSteps(1).build();
    RunContext context =
        RunContext.of(folder.resolve(name)).cancelledBy(CancellationToken.when(stop));
    new TrainingLoop<>(
            "dpo", new PreferenceTask(model, DpoObjective.sigmoid(0.2)), config, BACKEND, context)
        .run(pairs, List.of(), resume);
    return model.parameters();
  }

  /** A's gradient is zero while B is. */
  @Test
  void aStepMovesEveryB() {
    DecoderTransformer untouched = TinyModels.create(BACKEND, 3);
    untouched.addAdapter(LORA, 1);
    List<Parameter> trained = train(LORA, "step", 1, false, false);
    for (int i = 0; i < trained.size(); i++) {
      Parameter before = untouched.parameters().get(i);
      float[] after = trained.get(i).value().toArray();
      assertThat(after).as(before.name()).hasSameSizeAs(before.value().toArray());
      if (before.name().contains("lora_B")) {
        assertThat(after).as(before.name()).isNotEqualTo(before.value().toArray());
      }
    }
  }

  @Test
  void aResumedRunEqualsTheUninterruptedOneExactly() {
    List<Parameter> whole = train(LORA, "whole", 6, false, false);
    AtomicInteger asked = new AtomicInteger();
    train(LORA, "parts", 6, false, false, () -> asked.getAndIncrement() >= 3);
    List<Parameter> resumed = train(LORA, "parts", 6, false, true);
    for (int i = 0; i < whole.size(); i++) {
      assertThat(resumed.get(i).value().toArray())
          .as(whole.get(i).name())
          .containsExactly(whole.get(i).value().toArray());
    }
  }

  @Test
  void otherRanksOrAnotherReferenceCannotBeResumed() {
    train(LORA, "run", 2, true, false);
    train(LORA, "run", 3, true, true);
    assertThatThrownBy(() -> train(LORA.withAlpha("q_proj", 5), "run", 4, true, true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("the one given has other weights");
    train(LORA, "fresh", 2, false, false);
    assertThatThrownBy(() -> train(LORA.withRank("v_proj", 5), "fresh", 3, false, true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("v_proj.lora_A.weight");
  }
}
