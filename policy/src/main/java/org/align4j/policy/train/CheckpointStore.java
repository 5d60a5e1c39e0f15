package org.align4j.policy.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.EarlierRun;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.format.SafetensorsReader;
import org.align4j.policy.format.SafetensorsWriter;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.task.TrainingTask;

/**
 * Checkpoints: weights, optimizer moments and everything else that a run goes on from. The tensors
 * of a step go to {@code step-N.safetensors}, then the rest to {@code step-N.json}, which makes the
 * checkpoint valid; an interrupted save leaves the earlier ones. The oldest ones beyond the limit
 * are deleted after that.
 */
final class CheckpointStore {
  /**
   * Of the state files; 1 had neither the optimizer's steps nor the loop's progress, 2 one {@code
   * state.json} for a folder.
   */
  private static final int FORMAT = 3;

  private static final String TENSORS = ".safetensors";
  private static final String STATE = ".json";
  private static final String EARLIER_STATE = "state.json";
  private static final Pattern STATE_NAME = Pattern.compile("step-(\\d+)(?:-(\\d+))?\\.json");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Double>> NUMBERS = new TypeReference<>() {};

  private final Path folder;
  private final int limit;
  private final List<Parameter> parameters;
  private final AdamW optimizer;
  private final TrainingTask<?> task;
  private final String added;

  /**
   * Of the reference adapter, which does not change while a run lasts; null before it is needed.
   */
  private String referenceAdapter;

  /**
   * A store.
   *
   * @param limit checkpoints that are kept, the newest ones
   * @param added fingerprint of the losses that are added to the task's; empty without any
   */
  CheckpointStore(Path folder, int limit, TrainingTask<?> task, AdamW optimizer, String added) {
    this.folder = folder;
    this.limit = limit;
    this.added = added;
    this.parameters = task.model().parameters();
    this.optimizer = optimizer;
    this.task = task;
  }

  /** Renames the folder of an earlier run, so that this run cannot be resumed from it. */
  void setAside() {
    EarlierRun.setAside(folder);
  }

  /**
   * Saves, unless a weight is not finite.
   *
   * @return whether it was saved; if not, the checkpoints before stay
   */
  boolean save(Checkpoint checkpoint) {
    if (!weightsAreFinite()) {
      return false;
    }
    RunProgress progress = checkpoint.progress();
    String name = name(progress.step());
    ObjectNode node = JSON.createObjectNode();
    node.put("format", FORMAT);
    node.put("step", progress.step()).put("optimizer_steps", optimizer.steps());
    node.put("num_tokens", progress.tokens());
    node.set("logged", JSON.valueToTree(progress.logged().state()));
    node.set("last", JSON.valueToTree(progress.last()));
    node.set("evaluation", JSON.valueToTree(progress.evaluation()));
    node.put("evaluated_at", progress.evaluatedAt());
    node.set("listeners", JSON.valueToTree(progress.listeners()));
    node.put("reference_adapter", referenceAdapter());
    node.put("added_losses", added);
    node.set("task", JSON.valueToTree(task.state()));
    node.set("state", JSON.valueToTree(checkpoint.state()));
    try {
      SafetensorsWriter.write(folder.resolve(name + TENSORS), tensors());
      AtomicFiles.writeString(folder.resolve(name + STATE), node.toPrettyString());
      deleteOldest();
      return true;
    } catch (IOException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  /** An online round may take several optimizer steps, after each of which a run may end. */
  private String name(long step) {
    boolean alike = optimizer.steps() == step;
    return "step-" + step + (alike ? "" : "-" + optimizer.steps());
  }

  /** State files, the newest first. */
  private List<Path> states() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> STATE_NAME.matcher(file.getFileName().toString()).matches())
          .sorted(
              Comparator.comparingLong((Path file) -> number(file, 1))
                  .thenComparingLong(file -> number(file, 2))
                  .reversed())
          .toList();
    }
  }

  private static long number(Path state, int group) {
    Matcher name = STATE_NAME.matcher(state.getFileName().toString());
    return name.matches() && name.group(group) != null ? Long.parseLong(name.group(group)) : 0;
  }

  /** A state goes before its tensors, so that what is left is never half a checkpoint. */
  private void deleteOldest() throws IOException {
    List<Path> states = states();
    for (Path state : states.subList(Math.min(limit, states.size()), states.size())) {
      Files.delete(state);
      Files.deleteIfExists(tensorsOf(state));
    }
  }

  private static Path tensorsOf(Path state) {
    String name = state.getFileName().toString();
    return state.resolveSibling(name.substring(0, name.length() - STATE.length()) + TENSORS);
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

  private Map<String, Tensor> tensors() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    parameters.forEach(parameter -> out.put(parameter.name(), parameter.value()));
    out.putAll(optimizer.state());
    return out;
  }

  /** Restores weights, moments and the task's state of the newest checkpoint; returns the rest. */
  Checkpoint load() {
    Path state = newest();
    try {
      JsonNode node = JSON.readTree(state.toFile());
      requireFormat(state, node.path("format").asInt(1));
      requireSameReference(state, node.path("reference_adapter").asText());
      requireSameAdded(state, node.path("added_losses").asText());
      try (SafetensorsReader reader = SafetensorsReader.open(tensorsOf(state))) {
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
              node.path("evaluated_at").asLong(),
              numbers(node, "listeners")),
          numbers(node, "state"));
    } catch (ModelFileException e) {
      throw new CheckpointException(e.getMessage(), e);
    } catch (IOException e) {
      throw new CheckpointException(state + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private Path newest() {
    try {
      List<Path> states = states();
      Path earlier = folder.resolve(EARLIER_STATE);
      if (states.isEmpty() && !Files.exists(earlier)) {
        throw new CheckpointException(
            folder
                + ": holds no checkpoint; only a run with save_steps > 0 that wrote to the same output"
                + " folder can be resumed");
      }
      return states.isEmpty() ? earlier : states.get(0);
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  private static void requireFormat(Path state, int format) {
    if (format != FORMAT) {
      throw new CheckpointException(
          state
              + ": has format "
              + format
              + ", this version of align4j resumes from format "
              + FORMAT
              + "; finish the run with the version that began it, or train anew");
    }
  }

  private void requireSameReference(Path state, String saved) {
    String given = referenceAdapter();
    if (!given.equals(saved)) {
      throw new CheckpointException(
          state
              + (saved.isEmpty()
                  ? ": this run began without an adapter as its reference; resume without one"
                  : ": this run's reference is the adapter that it began with; resume with that"
                      + " one, "
                      + (given.isEmpty() ? "none is given" : "the one given has other weights")));
    }
  }

  private void requireSameAdded(Path state, String saved) {
    if (!added.equals(saved)) {
      throw new CheckpointException(
          state
              + ": this run began "
              + (saved.isEmpty() ? "without" : "with other")
              + " retained prompts or soft targets; resume with the rows and settings that it began"
              + " with");
    }
  }

  private String referenceAdapter() {
    if (referenceAdapter == null) {
      referenceAdapter = task.model().referenceAdapterFingerprint();
    }
    return referenceAdapter;
  }

  private static Map<String, Double> numbers(JsonNode node, String field) {
    return JSON.convertValue(node.path(field), NUMBERS);
  }
}
