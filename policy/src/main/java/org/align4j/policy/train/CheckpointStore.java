package org.align4j.policy.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.format.SafetensorsReader;
import org.align4j.policy.format.SafetensorsWriter;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.optim.AdamW;

/**
 * Weights, optimizer moments and step of a run. The tensors go to a file named after their step and
 * the state file that points to them is replaced last, so an interrupted save leaves the one
 * before.
 */
final class CheckpointStore {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final List<Parameter> parameters;
  private final AdamW optimizer;
  private final TrainingTask<?> task;

  CheckpointStore(Path folder, TrainingTask<?> task, AdamW optimizer) {
    this.folder = folder;
    this.parameters = task.model().parameters();
    this.optimizer = optimizer;
    this.task = task;
  }

  void save(long step) {
    try {
      Path weights = folder.resolve("step-" + step + ".safetensors");
      SafetensorsWriter.write(weights, tensors());
      Path state = folder.resolve("state.json");
      String before = Files.exists(state) ? weightsFile(state) : null;
      ObjectNode node = JSON.createObjectNode();
      node.put("step", step).put("weights", weights.getFileName().toString());
      node.set("task", JSON.valueToTree(task.state()));
      AtomicFiles.writeString(state, node.toPrettyString());
      if (before != null && !before.equals(weights.getFileName().toString())) {
        Files.deleteIfExists(folder.resolve(before));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean exists() {
    return Files.exists(folder.resolve("state.json"));
  }

  private static String weightsFile(Path state) throws IOException {
    return JSON.readTree(state.toFile()).path("weights").asText();
  }

  private Map<String, Tensor> tensors() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    parameters.forEach(parameter -> out.put(parameter.name(), parameter.value()));
    out.putAll(optimizer.state());
    return out;
  }

  /** Restores everything and returns the step to go on from. */
  long load() {
    Path state = folder.resolve("state.json");
    if (!exists()) {
      throw new ModelFileException(
          state
              + ": no such file; --resume needs a run with save_steps > 0 in the same --out folder");
    }
    try {
      JsonNode node = JSON.readTree(state.toFile());
      long step = node.path("step").asLong();
      try (SafetensorsReader reader = SafetensorsReader.open(folder.resolve(weightsFile(state)))) {
        tensors().forEach(reader::read);
      }
      optimizer.resumeAt(step);
      Map<String, Double> taskState = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : node.path("task").properties()) {
        taskState.put(entry.getKey(), entry.getValue().asDouble());
      }
      task.restore(taskState);
      return step;
    } catch (IOException e) {
      throw new ModelFileException(state + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
