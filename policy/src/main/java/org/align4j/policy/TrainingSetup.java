package org.align4j.policy;

import static org.align4j.core.ConfigurationException.require;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.task.TrainingTask;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.AddedLoss;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;

/**
 * The options of a {@link Trainer}.
 *
 * @param name of the run in logs
 * @param wrapStrings whether plain strings become turns of a chat
 * @param heldOut rows to evaluate on; may be empty
 * @param evaluation instead of held-out rows; null if there is none
 * @param resume whether to go on from a checkpoint
 * @param nextToken rows whose losses are added to the method's
 * @param <D> a row of training data
 */
record TrainingSetup<D>(
    String name,
    TrainingConfig config,
    RunContext context,
    LengthPolicy lengths,
    boolean wrapStrings,
    List<D> heldOut,
    Supplier<Map<String, Double>> evaluation,
    boolean resume,
    List<NextTokenRows> nextToken) {

  /** Refuses held-out rows and other evaluations. */
  void requireNoEvaluation(String method) {
    require(
        heldOut.isEmpty() && evaluation == null,
        method + " has no evaluation; its metrics show how it does");
  }

  /** Trains a task on tokenised rows, evaluated as the options say. */
  <E> TrainingResult run(TrainingTask<E> task, Backend backend, List<E> rows, List<E> evaluated) {
    return run(task, backend, rows, evaluated, List.of());
  }

  /** The same with losses that are added to the task's. */
  <E> TrainingResult run(
      TrainingTask<E> task,
      Backend backend,
      List<E> rows,
      List<E> evaluated,
      List<AddedLoss<?>> added) {
    TrainingLoop<E> loop = new TrainingLoop<>(name, task, config, backend, context, added);
    return evaluation == null
        ? loop.run(rows, evaluated, resume)
        : loop.run(rows, evaluation, resume);
  }
}
