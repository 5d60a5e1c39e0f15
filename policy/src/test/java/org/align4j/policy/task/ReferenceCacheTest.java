package org.align4j.policy.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Reference;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.model.WeightsFingerprint;
import org.align4j.policy.text.TokenizedPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceCacheTest {
  private static final List<TokenizedPair> PAIRS =
      List.of(
          new TokenizedPair("f:1", new int[] {1, 2}, new int[] {3, 4, 5}, new int[] {6}),
          new TokenizedPair("f:2", new int[] {7}, new int[] {8, 9}, new int[] {10, 11}));

  @TempDir Path folder;

  private final DecoderTransformer model = TinyModels.create(Backends.defaultBackend(), 1);

  private ReferenceCache cache() {
    return new ReferenceCache(folder.resolve("reference"), WeightsFingerprint.of(model));
  }

  private double loss() throws IOException {
    PreferenceTask task = new PreferenceTask(model, DpoObjective.sigmoid(0.1));
    task.precomputeReference(PAIRS, 64, Reference.of(model), cache());
    return task.run(PAIRS, PAIRS, false, new MetricSums());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("reference"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void whatWasComputedOnceIsReadAgain() throws IOException {
    double computed = loss();
    List<double[][]> kept = cache().read(PAIRS);
    assertThat(kept.get(0)[0]).hasSize(3);
    assertThat(kept.get(1)[1]).hasSize(2);
    assertThat(loss()).isEqualTo(computed);
    assertThat(files()).hasSize(1);
  }

  @Test
  void otherWeightsOrPairsAreOtherFiles() throws IOException {
    loss();
    assertThat(cache().read(PAIRS.subList(0, 1))).isNull();
    model.weights().get("model.norm.weight").set(0, 3, 0.5f);
    assertThat(cache().read(PAIRS)).isNull();
    loss();
    assertThat(files()).hasSize(2);
  }

  @Test
  void aBrokenFileIsWrittenAnew() throws IOException {
    double computed = loss();
    Path file = files().get(0);
    Files.write(file, new byte[] {1, 2, 3});
    assertThat(cache().read(PAIRS)).isNull();
    assertThat(loss()).isEqualTo(computed);
    assertThat(cache().read(PAIRS)).isNotNull();
  }
}
