package org.align4j.policy.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.run.Progress;

/**
 * The loop around the steps of a trainer or the rounds of online training: order, learning rate,
 * bar, log, evaluations, checkpoints, stop, resume.
 *
 * @param <P> what a step takes some of
 */
public final class RunLoop<P> {

  /**
   * What a step did.
   *
   * @param metrics with the counts that they are means over
   * @param tokens that were learnt from, TRL's {@code num_tokens}
   */
  public record Done(MetricSums metrics, long tokens) {}

  /** What is done in a step or round. */
  public interface Steps<P> {
    /**
     * Learns.
     *
     * @param step from 0
     * @return empty if told to stop before anything was learnt
     */
    Optional<Done> run(List<P> items, double rate, long step);

    /** Means of steps. */
    default Map<String, Double> means(MetricSums sums) {
      return sums.means();
    }

    /** Forgets what a run before has left in the output folder. */
    void begin();

    /** Saves everything; false if weights are not finite, then nothing is saved. */
    boolean save(RunProgress progress);

    /** Restores what was saved. */
    RunProgress load();

    /** Whether the run should end after a step with these metrics. */
    default boolean ends(Map<String, Double> metrics) {
      return false;
    }

    /** Whether held-out data is also measured before the first step. */
    default boolean evaluatesFirst() {
      return false;
    }

    /** Metrics on held-out data; empty if there is none. */
    default Map<String, Double> evaluate() {
      return Map.of();
    }
  }

  private final String name;
  private final String noted;
  private final TrainingConfig config;
  private final TrainingLoop.Surroundings surroundings;
  private Steps<P> steps;
  private DataOrder<P> order;
  private RunProgress progress;

  /** Steps that the last checkpoint of this run has; -1 without one. */
  private long savedAt;

  /** Whether there is something that this checkpoint has not. */
  private boolean unsaved;

  /**
   * Prepares a loop.
   *
   * @param name phase in the log and beside the bar
   * @param noted metric that stands beside the bar
   */
  public RunLoop(
      String name, String noted, TrainingConfig config, TrainingLoop.Surroundings surroundings) {
    this.name = name;
    this.noted = noted;
    this.config = config;
    this.surroundings = surroundings;
  }

  /**
   * Runs steps until the configuration's number, its time or a stop.
   *
   * @param resume continue from the checkpoint in the output folder, to the same result bit by bit
   */
  public TrainingLoop.Result run(List<P> items, boolean resume, Steps<P> steps) {
    this.steps = steps;
    order = new DataOrder<>(items, config);
    long total = config.totalSteps(items.size());
    begin(resume);
    long start = System.nanoTime();
    boolean stopped = false;
    try (Progress bar = surroundings.progress().start(name, total)) {
      bar.step(progress.step());
      while (!stopped && progress.step() < total && !steps.ends(progress.last())) {
        double used = config.timeShare(start);
        if (used >= 1) {
          break;
        }
        stopped =
            surroundings.stop().getAsBoolean() || !step(config.rate(progress.step(), used, total));
        if (!stopped) {
          bar.step(1);
          double shown = progress.last().getOrDefault(noted, 0.0);
          bar.note(String.format(Locale.ROOT, "%s %.4f", noted, shown));
          afterStep(progress.step() == total);
        }
      }
    }
    finish(stopped);
    long done = progress.step();
    return new TrainingLoop.Result(done, done < total, progress.last(), progress.evaluation());
  }

  private void begin(boolean resume) {
    progress = RunProgress.start();
    savedAt = -1;
    unsaved = true;
    if (resume) {
      progress = steps.load();
      savedAt = progress.step();
      unsaved = false;
      if (surroundings.metrics() != null) {
        surroundings.metrics().rewind(name, progress.step());
      }
    } else {
      steps.begin();
      if (steps.evaluatesFirst()) {
        evaluate();
      }
    }
  }

  /** One step; false if it was stopped before anything was learnt. */
  private boolean step(double rate) {
    Optional<Done> done;
    try {
      done = steps.run(order.step(progress.step()), rate, progress.step());
    } catch (NonFiniteLossException e) {
      throw withWayOn(e);
    }
    done.ifPresent(
        result -> {
          progress.logged().mergeStep(result.metrics());
          progress =
              new RunProgress(
                  progress.step() + 1,
                  progress.tokens() + result.tokens(),
                  progress.logged(),
                  steps.means(result.metrics()),
                  progress.evaluation(),
                  progress.evaluatedAt());
          unsaved = true;
        });
    return done.isPresent();
  }

  /** Saves the state before a step that failed and says how to go on. */
  private NonFiniteLossException withWayOn(NonFiniteLossException failure) {
    String folder = surroundings.output().resolve("checkpoint").toString();
    if (steps.save(progress)) {
      String way = "the last good weights are in " + folder + "; resuming goes on with step ";
      return failure.withWayOn(way + (progress.step() + 1), true);
    }
    String weights = "the weights hold numbers that are not finite and were not saved; ";
    return savedAt < 0
        ? failure.withWayOn(weights + "there is no checkpoint of this run", false)
        : failure.withWayOn(
            weights + "resuming goes on with step " + (savedAt + 1) + " from " + folder, true);
  }

  private void afterStep(boolean last) {
    long step = progress.step();
    if (step % config.loggingSteps() == 0) {
      log();
    }
    if (config.evalSteps() > 0 && step % config.evalSteps() == 0) {
      evaluate();
    }
    if (config.saveSteps() > 0 && step % config.saveSteps() == 0 && !last) {
      save();
    }
  }

  /**
   * What was asked to stop leaves at once: a resumed run goes on as if nothing had been. Others are
   * measured, and what came after the last line of the log is written.
   */
  private void finish(boolean stopped) {
    boolean saves = config.saveSteps() > 0;
    if (!stopped && progress.evaluatedAt() < progress.step()) {
      evaluate();
    }
    if (!stopped || !saves) {
      log();
    }
    if (saves && unsaved) {
      save();
    }
  }

  private void save() {
    if (!steps.save(progress)) {
      throw new NonFiniteLossException(
          name
              + " step "
              + progress.step()
              + ": a weight is not finite; nothing is saved, "
              + (savedAt < 0 ? "there is no checkpoint" : "the checkpoint of step " + savedAt)
              + (savedAt < 0 ? " of this run" : " stays")
              + "; lower the learning rate");
    }
    savedAt = progress.step();
    unsaved = false;
  }

  private void log() {
    Map<String, Double> means = steps.means(progress.logged());
    if (means.isEmpty()) {
      return;
    }
    Map<String, Double> line = new LinkedHashMap<>(means);
    line.put("num_tokens", (double) progress.tokens());
    line.put("epoch", (double) progress.step() / order.stepsPerEpoch());
    write(line);
    progress =
        new RunProgress(
            progress.step(),
            progress.tokens(),
            new MetricSums(),
            progress.last(),
            progress.evaluation(),
            progress.evaluatedAt());
    unsaved = true;
  }

  private void evaluate() {
    Map<String, Double> evaluation = steps.evaluate();
    if (evaluation.isEmpty()) {
      return;
    }
    write(evaluation);
    progress =
        new RunProgress(
            progress.step(),
            progress.tokens(),
            progress.logged(),
            progress.last(),
            evaluation,
            progress.step());
    unsaved = true;
  }

  private void write(Map<String, Double> metrics) {
    if (surroundings.metrics() != null) {
      surroundings.metrics().write(name, progress.step(), metrics);
    }
  }
}
