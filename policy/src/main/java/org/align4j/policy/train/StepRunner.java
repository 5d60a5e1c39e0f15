package org.align4j.policy.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.RunFileException;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.GradientClipper;
import org.align4j.policy.task.MicroBatches;
import org.align4j.policy.task.TrainingTask;

/**
 * One optimizer step: gradients accumulated over micro-batches that are divided once by the step's
 * counts, clipped, applied. A loss or gradient that is not a number stops the run before the
 * weights are touched and leaves the batch on disk; the loop around it saves the state before.
 *
 * @param <E> a tokenised example
 */
public final class StepRunner<E> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final TrainingTask<E> task;
  private final TrainingConfig config;
  private final Backend backend;
  private final Path output;
  private final AdamW optimizer;
  private final CheckpointStore checkpoints;
  private final List<AddedLoss<?>> added;

  /**
   * Prepares steps.
   *
   * @param name of the run in messages
   * @param task what a step computes
   * @param config of the run
   * @param backend runs the optimizer
   * @param output folder for checkpoints and dumps
   */
  public StepRunner(
      String name, TrainingTask<E> task, TrainingConfig config, Backend backend, Path output) {
    this(name, task, config, backend, output, List.of());
  }

  /**
   * Prepares steps.
   *
   * @param name of the run in messages
   * @param output folder for checkpoints and dumps
   * @param added losses that are added to the task's in every step, of the same model
   */
  StepRunner(
      String name,
      TrainingTask<E> task,
      TrainingConfig config,
      Backend backend,
      Path output,
      List<AddedLoss<?>> added) {
    this.name = name;
    this.task = task;
    this.config = config;
    this.added = List.copyOf(added);
    this.backend = backend;
    this.output = output;
    optimizer = new AdamW(backend, config.adam(), task.model().parameters());
    checkpoints =
        new CheckpointStore(
            output.resolve("checkpoint"),
            config.saveTotalLimit(),
            task,
            optimizer,
            AddedLoss.fingerprint(added));
  }

  /**
   * Runs a step.
   *
   * @param examples of this step
   * @param rate learning rate
   * @param step number of it, from 0: seeds dropout and names it in messages
   * @return {@code loss}, {@code grad_norm}, {@code learning_rate} and the task's metrics, with the
   *     numbers of items that they are means of
   */
  public MetricSums run(List<E> examples, double rate, long step) {
    Map<String, Double> before = task.state();
    task.model().seedDropout(RandomStream.of(config.seed(), Purpose.DROPOUT).at(step).seed());
    task.model().clearGradients();
    MetricSums metrics = new MetricSums();
    double loss = run(examples, true, metrics);
    for (AddedLoss<?> more : added) {
      loss += more.run(step, config.microBatchTokens(), metrics);
    }
    double norm = GradientClipper.clip(backend, task.model().parameters(), config.maxGradNorm());
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      task.restore(before);
      throw dump(examples, step, loss, norm);
    }
    optimizer.step(rate);
    MetricSums out = new MetricSums();
    out.add("loss", loss, 1);
    out.add("grad_norm", norm, 1);
    out.add("learning_rate", rate, 1);
    out.mergeStep(metrics);
    return out;
  }

  /** Tokens of the rows of added losses in a step. */
  long addedTokens(long step) {
    return added.stream().mapToLong(more -> more.tokens(step)).sum();
  }

  /**
   * {@return means by name, with those metrics added that follow from others}
   *
   * @param sums metrics of one or several steps
   */
  public Map<String, Double> means(MetricSums sums) {
    return task.withDerived(sums.means());
  }

  /**
   * Runs held-out examples without learning from them.
   *
   * @param examples held-out ones
   * @return {@code eval_loss} and the task's metrics, each with {@code eval_} before its name
   */
  public Map<String, Double> evaluate(List<E> examples) {
    MetricSums metrics = new MetricSums();
    double loss = run(examples, false, metrics);
    Map<String, Double> out = new LinkedHashMap<>();
    out.put("eval_loss", loss);
    means(metrics).forEach((metric, mean) -> out.put("eval_" + metric, mean));
    return out;
  }

  private double run(List<E> examples, boolean train, MetricSums metrics) {
    return accumulate(task, examples, config.microBatchTokens(), train, metrics);
  }

  /** Runs a step's examples micro-batch by micro-batch; gradients and metrics add up. */
  static <T> double accumulate(
      TrainingTask<T> task,
      List<T> examples,
      int microBatchTokens,
      boolean train,
      MetricSums metrics) {
    List<List<T>> micros = MicroBatches.cut(examples, task::tokens, microBatchTokens);
    task.prepare(micros, train);
    double loss = 0;
    for (List<T> micro : micros) {
      loss += task.run(micro, examples, train, metrics);
    }
    return loss;
  }

  /** {@return what is trained} */
  public Trainable model() {
    return task.model();
  }

  /** Renames the checkpoint of an earlier run in the same folder; a new run begins here. */
  public void setAside() {
    checkpoints.setAside();
  }

  /**
   * Saves weights, moments, the task's state and the loop's progress.
   *
   * @param progress where the loop is
   * @param state numbers that {@link #load} is to return
   * @return whether all weights are finite; if not, nothing is saved
   */
  public boolean save(RunProgress progress, Map<String, Double> state) {
    return checkpoints.save(new Checkpoint(progress, state));
  }

  /**
   * Restores weights, moments and the task's state; returns the rest of what was saved.
   *
   * @return the progress and numbers that {@link #save} was given
   */
  public Checkpoint load() {
    return checkpoints.load();
  }

  private NonFiniteLossException dump(List<E> examples, long step, double loss, double norm) {
    Path file = output.resolve("failed-batch.json");
    ArrayNode rows = JSON.createArrayNode();
    examples.forEach(example -> rows.add(task.describe(example)));
    added.forEach(more -> rows.addAll(more.describe(step)));
    try {
      AtomicFiles.writeString(file, rows.toPrettyString());
    } catch (IOException e) {
      throw new RunFileException(e.getMessage(), e);
    }
    return new NonFiniteLossException(
        name
            + " step "
            + (step + 1)
            + ": loss is "
            + loss
            + " and gradient norm "
            + norm
            + "; the batch is in "
            + file
            + "; lower the learning rate or look for a broken row");
  }
}
