package org.align4j.policy.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingEvent;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.run.TrainingResult.Outcome;
import org.align4j.policy.run.TrainingRun;

/**
 * The loop of all training: order of the items, learning rate, evaluations, checkpoints, stops and
 * resuming. A step of it is an optimizer step on recorded items or a round of online training. What
 * others want to do with a run they do as {@link TrainingListener}s.
 *
 * @param <P> what a step takes some of
 */
public final class RunLoop<P> {

  /**
   * What a step did.
   *
   * @param metrics with the counts that they are means over
   * @param tokens number of tokens that the step trained on, TRL's {@code num_tokens}
   */
  public record Done(MetricSums metrics, long tokens) {}

  /**
   * What is done in a step or round.
   *
   * @param <P> what a step takes some of
   */
  public interface Steps<P> {
    /**
     * Takes the optimizer steps and keeps the checkpoints.
     *
     * @return the optimizer's steps and their checkpoints
     */
    StepRunner<?> runner();

    /**
     * Takes a step.
     *
     * @param items of the step, in order
     * @param rate learning rate
     * @param step from 0
     * @return empty if the run was cancelled before the weights changed
     */
    Optional<Done> run(List<P> items, double rate, long step);

    /**
     * {@return means of steps}
     *
     * @param sums over one or more steps
     */
    default Map<String, Double> means(MetricSums sums) {
      return sums.means();
    }

    /** {@return numbers that change from step to step besides the runner's, for checkpoints} */
    default Map<String, Double> state() {
      return Map.of();
    }

    /**
     * Goes on from a checkpoint's {@link #state}.
     *
     * @param state what {@link #state} gave
     */
    default void restore(Map<String, Double> state) {}

    /**
     * {@return whether the run should end after a step with these metrics}
     *
     * @param metrics of the step
     */
    default boolean ends(Map<String, Double> metrics) {
      return false;
    }

    /** {@return metrics on held-out data; empty if there is none} */
    default Map<String, Double> evaluate() {
      return Map.of();
    }
  }

  private final String name;
  private final TrainingConfig config;
  private final RunContext context;
  private Steps<P> steps;
  private DataOrder<P> order;
  private RunProgress progress;
  private Run run;

  /** Step of this run's last checkpoint; -1 without one. */
  private long savedAt;

  /** Whether something has changed since the last checkpoint. */
  private boolean unsaved;

  /**
   * Prepares a loop.
   *
   * @param name of the trainer, the phase in logs
   * @param config of the run
   * @param context output folder, listeners and cancellation
   */
  public RunLoop(String name, TrainingConfig config, RunContext context) {
    this.name = name;
    this.config = config;
    this.context = context;
  }

  /**
   * Takes steps until the configuration's number, its time or a stop.
   *
   * @param items what steps are made of, at least one
   * @param resume go on from the checkpoint in the output folder; the result is the same bit by bit
   * @param steps what a step does
   * @return steps and last metrics
   */
  public TrainingResult run(List<P> items, boolean resume, Steps<P> steps) {
    this.steps = steps;
    order = new DataOrder<>(items, config);
    progress = RunProgress.start();
    run = new Run(name, context, config.totalSteps(items.size()), resume, steps.runner().model());
    Outcome outcome = Outcome.FAILED;
    try {
      begin(resume);
      boolean cancelled = takeSteps();
      finish(cancelled);
      outcome = progress.step() < run.totalSteps() ? Outcome.STOPPED : Outcome.COMPLETED;
    } finally {
      end(outcome);
    }
    return result(outcome);
  }

  private TrainingResult result(Outcome outcome) {
    return new TrainingResult(progress.step(), outcome, progress.last(), progress.evaluation());
  }

  private void end(Outcome outcome) {
    TrainingResult result = result(outcome);
    context.listeners().forEach(listener -> listener.onEnd(run, result));
  }

  private void tell(
      BiConsumer<TrainingListener, TrainingEvent> event, Map<String, Double> metrics) {
    TrainingEvent told = new TrainingEvent(run, progress.step(), metrics);
    context.listeners().forEach(listener -> event.accept(listener, told));
  }

  private void begin(boolean resume) {
    savedAt = -1;
    unsaved = true;
    if (resume) {
      Checkpoint checkpoint = steps.runner().load();
      steps.restore(checkpoint.state());
      progress = checkpoint.progress();
      savedAt = progress.step();
      unsaved = false;
      ListenerStates.restore(context.listeners(), progress.listeners());
    } else {
      steps.runner().setAside();
    }
    tell(TrainingListener::onStart, Map.of());
    if (!resume && config.evalOnStart()) {
      evaluate();
    }
  }

  /** Takes steps; returns whether the run was cancelled. */
  private boolean takeSteps() {
    long start = System.nanoTime();
    while (progress.step() < run.totalSteps()
        && !run.stopRequested()
        && !steps.ends(progress.last())) {
      double used = config.timeShare(start);
      if (used >= 1) {
        return false;
      }
      double rate = config.rate(progress.step(), used, run.totalSteps());
      if (context.cancellation().isCancelled() || !step(rate)) {
        return true;
      }
      tell(TrainingListener::onStep, progress.last());
      afterStep(progress.step() == run.totalSteps());
    }
    return false;
  }

  /** One step; false if it was cancelled before the weights changed. */
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
          progress = progress.after(result.tokens(), steps.means(result.metrics()));
          unsaved = true;
        });
    return done.isPresent();
  }

  /** Saves the state before a step that failed and says how to go on. */
  private NonFiniteLossException withWayOn(NonFiniteLossException failure) {
    String folder = context.output().resolve("checkpoint").toString();
    if (write()) {
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
   * A cancelled run ends at once, so that a resumed one goes on as if nothing had happened. Other
   * runs are evaluated, and what came after the last log event is logged.
   */
  private void finish(boolean cancelled) {
    boolean saves = config.saveSteps() > 0;
    if (!cancelled && progress.evaluatedAt() < progress.step()) {
      evaluate();
    }
    if (!cancelled || !saves) {
      log();
    }
    if (saves && unsaved) {
      save();
    }
  }

  /** Writes a checkpoint; false if weights are not finite, then nothing is written. */
  private boolean write() {
    RunProgress saved = progress.withListeners(ListenerStates.of(context.listeners()));
    return steps.runner().save(saved, steps.state());
  }

  private void save() {
    if (!write()) {
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
    tell(TrainingListener::onCheckpoint, Map.of());
  }

  private void log() {
    Map<String, Double> means = steps.means(progress.logged());
    if (means.isEmpty()) {
      return;
    }
    Map<String, Double> line = new LinkedHashMap<>(means);
    line.put("num_tokens", (double) progress.tokens());
    line.put("epoch", (double) progress.step() / order.stepsPerEpoch());
    tell(TrainingListener::onLog, line);
    progress = progress.withNothingToLog();
    unsaved = true;
  }

  private void evaluate() {
    Map<String, Double> evaluation = steps.evaluate();
    if (evaluation.isEmpty()) {
      return;
    }
    progress = progress.evaluated(evaluation);
    tell(TrainingListener::onEvaluation, evaluation);
    unsaved = true;
  }

  /** What listeners see of the run. */
  private static final class Run implements TrainingRun {
    private final String phase;
    private final RunContext context;
    private final long totalSteps;
    private final boolean resumed;
    private final Trainable model;
    private boolean stopRequested;

    Run(String phase, RunContext context, long totalSteps, boolean resumed, Trainable model) {
      this.phase = phase;
      this.context = context;
      this.totalSteps = totalSteps;
      this.resumed = resumed;
      this.model = model;
    }

    @Override
    public String phase() {
      return phase;
    }

    @Override
    public Path output() {
      return context.output();
    }

    @Override
    public long totalSteps() {
      return totalSteps;
    }

    @Override
    public boolean resumed() {
      return resumed;
    }

    @Override
    public Trainable model() {
      return model;
    }

    @Override
    public void stop() {
      stopRequested = true;
    }

    boolean stopRequested() {
      return stopRequested;
    }
  }
}
