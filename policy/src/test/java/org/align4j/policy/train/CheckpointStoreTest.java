package org.align4j.policy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.task.TrainingTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir Path folder;

  /** A model of one matrix, its optimizer and its store, as one run has them. */
  private final class Run {
    final Parameter parameter =
        Parameter.matrix("weight", Tensor.of(1, 3, 1, 2, 3), Tensor.of(1, 3, 0.1f, -0.2f, 0.3f));
    final AdamW optimizer =
        new AdamW(Backends.defaultBackend(), AdamW.Settings.DEFAULT, List.of(parameter));
    final Task task = new Task(parameter);
    final CheckpointStore store;

    /**
     * A run.
     *
     * @param limit checkpoints that are kept
     */
    Run(int limit) {
      store = new CheckpointStore(folder, limit, task, optimizer, "");
    }

    Run() {
      this(1);
    }

    /** A step and the checkpoint after it. */
    boolean stepAndSave(long step) {
      optimizer.step(0.1);
      return store.save(checkpoint(step));
    }

    float[] weights() {
      return parameter.value().toArray();
    }
  }

  private static final class Task implements TrainingTask<String> {
    private final Parameter parameter;
    private double running = 0.25;

    Task(Parameter parameter) {
      this.parameter = parameter;
    }

    @Override
    public Trainable model() {
      return new Trainable() {
        @Override
        public List<Parameter> parameters() {
          return List.of(parameter);
        }

        @Override
        public void clearGradients() {}

        @Override
        public Backend backend() {
          return Backends.defaultBackend();
        }
      };
    }

    @Override
    public int tokens(String example) {
      return 1;
    }

    @Override
    public double run(List<String> micro, List<String> step, boolean train, MetricSums metrics) {
      return 0;
    }

    @Override
    public Map<String, Double> state() {
      return Map.of("running", running);
    }

    @Override
    public void restore(Map<String, Double> state) {
      running = state.get("running");
    }

    @Override
    public JsonNode describe(String example) {
      return new TextNode(example);
    }
  }

  private static Checkpoint checkpoint(long step) {
    MetricSums logged = new MetricSums();
    logged.add("loss", 0.5, 2);
    return new Checkpoint(
        new RunProgress(
            step,
            10 * step,
            logged,
            Map.of("loss", 0.5),
            Map.of("eval_loss", 0.75),
            step - 1,
            Map.of("listener/best", 0.5)),
        Map.of("kl_coef", 0.05));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void everythingComesBack() throws IOException {
    Run saved = new Run();
    saved.optimizer.step(0.1);
    saved.task.running = 0.75;
    assertThat(saved.stepAndSave(2)).isTrue();
    Run loaded = new Run();
    Checkpoint checkpoint = loaded.store.load();
    assertThat(loaded.weights()).containsExactly(saved.weights());
    saved
        .optimizer
        .state()
        .forEach(
            (name, moment) ->
                assertThat(loaded.optimizer.state().get(name).toArray())
                    .as(name)
                    .containsExactly(moment.toArray()));
    assertThat(loaded.optimizer.steps()).isEqualTo(2);
    assertThat(loaded.task.running).isEqualTo(0.75);
    assertThat(checkpoint.state()).containsExactly(Map.entry("kl_coef", 0.05));
    assertThat(checkpoint.progress())
        .usingRecursiveComparison()
        .isEqualTo(checkpoint(2).progress());
    assertThat(files()).containsExactly("step-2.json", "step-2.safetensors");
  }

  @Test
  void aNewCheckpointTakesThePlaceOfTheOneBefore() throws IOException {
    Run run = new Run();
    run.stepAndSave(1);
    run.stepAndSave(2);
    assertThat(files()).containsExactly("step-2.json", "step-2.safetensors");
    assertThat(new Run().store.load().progress().step()).isEqualTo(2);
  }

  @Test
  void aSaveThatIsInterruptedAfterTheTensorsLeavesTheOneBefore() throws IOException {
    Run run = new Run(2);
    run.stepAndSave(1);
    float[] weights = run.weights();
    run.stepAndSave(2);
    // The state is written last, and makes the checkpoint valid.
    Files.delete(folder.resolve("step-2.json"));
    Run loaded = new Run();
    assertThat(loaded.store.load().progress().step()).isEqualTo(1);
    assertThat(loaded.weights()).containsExactly(weights).isNotEqualTo(run.weights());
    assertThat(loaded.optimizer.steps()).isEqualTo(1);
    // The run goes on and saves the step again.
    assertThat(loaded.stepAndSave(2)).isTrue();
    assertThat(files()).containsExactly("step-2.json", "step-2.safetensors");
    assertThat(new Run().store.load().progress().step()).isEqualTo(2);
  }

  @Test
  void aSaveThatIsInterruptedWithinTheTensorsLeavesTheOneBefore() throws IOException {
    Run run = new Run();
    run.stepAndSave(1);
    float[] weights = run.weights();
    run.optimizer.step(0.1);
    run.optimizer.state().get("weight.exp_avg_sq").close();
    assertThatThrownBy(() -> run.store.save(checkpoint(2)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(files()).containsExactly("step-1.json", "step-1.safetensors");
    Run loaded = new Run();
    assertThat(loaded.store.load().progress().step()).isEqualTo(1);
    assertThat(loaded.weights()).containsExactly(weights);
  }

  @Test
  void weightsThatAreNotFiniteAreNotSaved() {
    Run run = new Run();
    run.stepAndSave(1);
    run.parameter.value().set(0, 1, Float.NaN);
    assertThat(run.store.save(checkpoint(2))).isFalse();
    assertThat(new Run().store.load().progress().step()).isEqualTo(1);
  }

  @Test
  void aTruncatedTensorsFileIsNamed() throws IOException {
    new Run().stepAndSave(1);
    Path tensors = folder.resolve("step-1.safetensors");
    byte[] bytes = Files.readAllBytes(tensors);
    for (int length : new int[] {0, 4, bytes.length / 2, bytes.length - 1}) {
      Files.write(tensors, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> new Run().store.load())
          .as("%d of %d bytes", length, bytes.length)
          .hasMessageContaining("step-1.safetensors");
    }
  }

  @Test
  void aMissingTensorsFileIsNamed() throws IOException {
    new Run().stepAndSave(1);
    Files.delete(folder.resolve("step-1.safetensors"));
    assertThatThrownBy(() -> new Run().store.load()).hasMessageContaining("step-1.safetensors");
  }

  @Test
  void aStateThatIsNotJsonIsNamed() throws IOException {
    new Run().stepAndSave(1);
    Files.writeString(folder.resolve("step-1.json"), "{\"format\":2,");
    assertThatThrownBy(() -> new Run().store.load()).hasMessageContaining("step-1.json");
  }

  @Test
  void anotherFormatIsRefused() throws IOException {
    new Run().stepAndSave(1);
    Path state = folder.resolve("step-1.json");
    String text = Files.readString(state).replaceFirst("\"format\" : \\d+", "\"format\" : 99");
    Files.writeString(state, text);
    assertThatThrownBy(() -> new Run().store.load())
        .hasMessageContaining("step-1.json")
        .hasMessageContaining("99");
  }

  @Test
  void aFolderWithoutACheckpointIsNamed() {
    assertThatThrownBy(() -> new Run().store.load())
        .hasMessageContaining(folder + ": holds no checkpoint");
  }
}
