package org.align4j.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training that goes on from an adapter has the model with that adapter as its reference. */
class ContinuedAdapterTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final TokenBatch BATCH =
      TokenBatch.of(
          List.of(new PromptCompletions(new int[] {1, 2, 3}, List.of(new int[] {4, 5, 6}))));

  @TempDir Path folder;

  private static void move(DecoderTransformer model, long seed) {
    Random random = new Random(seed);
    for (Parameter parameter : model.parameters()) {
      Tensor values = parameter.value();
      for (int r = 0; r < values.rows(); r++) {
        for (int j = 0; j < values.columns(); j++) {
          values.set(r, j, (float) random.nextGaussian() / 5);
        }
      }
    }
  }

  private Path stored(long seed) throws IOException {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    model.addAdapter(LoraConfig.allLinear(3, 6).withDropout(0.4), 1);
    move(model, seed);
    Path out = folder.resolve("adapter" + seed);
    PeftAdapters.write(model, "tiny", out);
    return out;
  }

  private DecoderTransformer continued(long seed, boolean dropout) throws IOException {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    PeftAdapters.resume(model, stored(seed), dropout);
    return model;
  }

  @Test
  void theReferenceIsTheModelAsTrainingStarts() throws IOException {
    DecoderTransformer model = continued(1, false);
    double[] start = model.forward(BATCH, Mode.EVALUATE).logProbs();
    assertThat(model.forward(BATCH, Mode.REFERENCE).logProbs()).containsExactly(start);
    assertThat(TinyModels.create(BACKEND, 1).forward(BATCH, Mode.EVALUATE).logProbs()[0])
        .as("the base alone")
        .isNotCloseTo(start[0], within(1e-3));
    move(model, 2);
    assertThat(model.forward(BATCH, Mode.EVALUATE).logProbs()[0])
        .isNotCloseTo(start[0], within(1e-3));
    assertThat(model.forward(BATCH, Mode.REFERENCE).logProbs())
        .as("the reference does not move with the policy")
        .containsExactly(start);
  }

  /** A stored dropout would make the first log-ratios differ from 0. */
  @Test
  void storedDropoutIsLeftOutWhereItIsNotWanted() throws IOException {
    DecoderTransformer model = continued(1, false);
    assertThat(model.lora().dropout()).isZero();
    model.seedDropout(3);
    assertThat(model.forward(BATCH, Mode.TRAIN).logProbs())
        .containsExactly(model.forward(BATCH, Mode.REFERENCE).logProbs());
    assertThat(continued(1, true).lora().dropout()).isEqualTo(0.4);
  }

  /** What is cached of a reference must not be taken for that of another adapter. */
  @Test
  void theFingerprintOfTheReferenceDependsOnTheAdapter() throws IOException {
    DecoderTransformer fresh = TinyModels.create(BACKEND, 1);
    String base = WeightsFingerprint.ofReference(fresh);
    assertThat(base).isEqualTo(WeightsFingerprint.of(fresh));
    fresh.addAdapter(LoraConfig.allLinear(3, 6), 1);
    move(fresh, 1);
    assertThat(WeightsFingerprint.ofReference(fresh)).as("its own adapter is off").isEqualTo(base);
    DecoderTransformer model = continued(1, false);
    String first = WeightsFingerprint.ofReference(model);
    assertThat(first).isNotEqualTo(base);
    assertThat(WeightsFingerprint.ofReference(continued(2, false))).isNotIn(base, first);
    move(model, 5);
    assertThat(WeightsFingerprint.ofReference(model)).isEqualTo(first);
  }

  @Test
  void withoutAnAdapterThereIsNothingToKeep() {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    assertThatThrownBy(model::keepAdapterAsReference).hasMessageContaining("no adapter");
  }
}
