package org.align4j.policy.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.run.RunFileException;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.SafetensorsReader;
import org.align4j.policy.format.SafetensorsWriter;
import org.align4j.policy.model.Parameter;

/**
 * Leaves the model with the weights of its best evaluation when the run ends, as transformers'
 * {@code load_best_model_at_end} does. Evaluations of equal score keep the earlier weights. The
 * weights are kept in {@code best.safetensors} beside the checkpoints, so a resumed run knows them.
 */
public final class KeepBest implements TrainingListener {
  private final EvaluationScore score;
  private double best = Double.NEGATIVE_INFINITY;
  private long bestStep = -1;

  /**
   * Keeps the weights of the highest score.
   *
   * @param score what is to be high
   */
  public KeepBest(EvaluationScore score) {
    this.score = score;
  }

  /** {@return steps after which the best evaluation was; -1 before the first} */
  public long bestStep() {
    return bestStep;
  }

  @Override
  public void onEvaluation(TrainingEvent event) {
    double now = score.of(event.metrics());
    if (now > best) {
      try {
        SafetensorsWriter.write(file(event.run().output()), weights(event.run()));
      } catch (IOException e) {
        throw new RunFileException(e.getMessage(), e);
      }
      best = now;
      bestStep = event.step();
    }
  }

  @Override
  public void onEnd(TrainingRun run, TrainingResult result) {
    if (bestStep >= 0 && result.outcome() != TrainingResult.Outcome.FAILED) {
      try (SafetensorsReader reader = SafetensorsReader.open(file(run.output()))) {
        weights(run).forEach(reader::read);
      }
    }
  }

  /**
   * {@return where the weights are kept; nobody needs the file once the run is over and not
   * resumed}
   *
   * @param output folder of the run
   */
  public Path file(Path output) {
    return output.resolve("best.safetensors");
  }

  private static Map<String, Tensor> weights(TrainingRun run) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    for (Parameter parameter : run.model().parameters()) {
      out.put(parameter.name(), parameter.value());
    }
    return out;
  }

  @Override
  public Map<String, Double> state() {
    return bestStep < 0 ? Map.of() : Map.of("best", best, "step", (double) bestStep);
  }

  @Override
  public void restore(Map<String, Double> state) {
    best = state.getOrDefault("best", Double.NEGATIVE_INFINITY);
    bestStep = state.getOrDefault("step", -1.0).longValue();
  }
}
