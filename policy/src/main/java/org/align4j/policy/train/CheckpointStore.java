package org.align4j.policy.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.EarlierRun;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.format.SafetensorsReader;
import org.align4j.policy.format.SafetensorsWriter;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.optim.AdamW;

/**
 * Weights, optimizer moments and everything else that a run goes on from. The tensors go to a file
 * named after their step and the state file that points to them is replaced last, so an interrupted
 * save leaves the one before.
 */
final class CheckpointStore {
  /** Of {@code state.json}; 1 had neither the optimizer's steps nor the loop's progress. */
  private static final int FORMAT = 2;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Double>> NUMBERS = new TypeReference<>() {};

  private final Path folder;
  private final Path stateFile;
  private final List<Parameter> parameters;
  private final AdamW optimizer;
  private final TrainingTask<?> task;

  CheckpointStore(Path folder, TrainingTask<?> task, AdamW optimizer) {
    this.folder = folder;
    stateFile = folder.resolve("state.json");
    this.parameters = task.model().parameters();
    this.optimizer = optimizer;
    this.task = task;
  }

  /** Renames what a run before has left here, so that this one cannot be resumed from it. */
  void setAside() {
    try {
      EarlierRun.setAside(folder);
    } catch (IOException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  /**
   * Saves, unless a weight is not finite: nothing good comes of those.
   *
   * @return whether it was saved; if not, the checkpoint before stays
   */
  boolean save(Checkpoint checkpoint) {
    if (!weightsAreFinite()) {
      return false;
    }
    RunProgress progress = checkpoint.progress();
    try {
      Path weights = folder.resolve(name(progress.step()));
      SafetensorsWriter.write(weights, tensors());
      String before = Files.exists(stateFile) ? weightsFile() : null;
      ObjectNode node = JSON.createObjectNode();
      node.put("format", FORMAT);
      node.put("step", progress.step()).put("optimizer_steps", optimizer.steps());
      node.put("weights", weights.getFileName().toString());
      node.put("num_tokens", progress.tokens());
      node.set("logged", JSON.valueToTree(progress.logged().state()));
      node.set("last", JSON.valueToTree(progress.last()));
      node.set("evaluation", JSON.valueToTree(progress.evaluation()));
      node.put("evaluated_at", progress.evaluatedAt());
      node.put("reference_adapter", task.model().referenceAdapterFingerprint());
      node.set("task", JSON.valueToTree(task.state()));
      node.set("state", JSON.valueToTree(checkpoint.state()));
      AtomicFiles.writeString(stateFile, node.toPrettyString());
      if (before != null && !before.equals(weights.getFileName().toString())) {
        Files.deleteIfExists(folder.resolve(before));
      }
      return true;
    } catch (IOException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  /** Between two rounds' ends there may be several states of the weights. */
  private String name(long step) {
    boolean alike = optimizer.steps() == step;
    return "step-" + step + (alike ? "" : "-" + optimizer.steps()) + ".safetensors";
  }

  private boolean weightsAreFinite() {
    for (Parameter parameter : parameters) {
      for (float value : parameter.value().toArray()) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }

  private String weightsFile() throws IOException {
    return JSON.readTree(stateFile.toFile()).path("weights").asText();
  }

  private Map<String, Tensor> tensors() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    parameters.forEach(parameter -> out.put(parameter.name(), parameter.value()));
    out.putAll(optimizer.state());
    return out;
  }

  /** Restores weights, moments and the task's state and returns the rest. */
  Checkpoint load() {
    if (!Files.exists(stateFile)) {
      throw new CheckpointException(
          stateFile
              + ": no such file; only a run with save_steps > 0 that wrote to the same output folder"
              + " can be resumed");
    }
    try {
      JsonNode node = JSON.readTree(stateFile.toFile());
      int format = node.path("format").asInt(1);
      if (format != FORMAT) {
        throw new CheckpointException(
            stateFile
                + ": has format "
                + format
                + ", this version of align4j resumes from format "
                + FORMAT
                + "; finish the run with the version that began it, or train anew");
      }
      requireSameReference(node.path("reference_adapter").asText());
      try (SafetensorsReader reader =
          SafetensorsReader.open(folder.resolve(node.path("weights").asText()))) {
        tensors().forEach(reader::read);
      }
      optimizer.resumeAt(node.path("optimizer_steps").asLong());
      task.restore(numbers(node, "task"));
      MetricSums.State logged = JSON.convertValue(node.path("logged"), MetricSums.State.class);
      return new Checkpoint(
          new RunProgress(
              node.path("step").asLong(),
              node.path("num_tokens").asLong(),
              MetricSums.restored(logged),
              numbers(node, "last"),
              numbers(node, "evaluation"),
              node.path("evaluated_at").asLong()),
          numbers(node, "state"));
    } catch (ModelFileException e) {
      throw new CheckpointException(e.getMessage(), e);
    } catch (IOException e) {
      throw new CheckpointException(stateFile + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private void requireSameReference(String saved) {
    String given = task.model().referenceAdapterFingerprint();
    if (!given.equals(saved)) {
      throw new CheckpointException(
          stateFile
              + (saved.isEmpty()
                  ? ": this run began without an adapter as its reference; resume without one"
                  : ": this run's reference is the adapter that it began with; resume with that"
                      + " one, "
                      + (given.isEmpty() ? "none is given" : "the one given has other weights")));
    }
  }

  private static Map<String, Double> numbers(JsonNode node, String field) {
    return JSON.convertValue(node.path(field), NUMBERS);
  }
}
