package org.align4j.policy.online;

import java.nio.file.Path;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.Reference;
import org.align4j.policy.task.TrainingTask;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;

/**
 * What an {@link OnlineMethod} builds its update from.
 *
 * @param policy what is trained
 * @param reference what KL terms are taken to; {@link Reference#none} if there is none
 * @param critics makes PPO's critics for this kind of policy
 * @param backend what computes
 * @param config of the run
 * @param output folder of checkpoints
 */
public record OnlineSetup(
    LanguageModel policy,
    Reference reference,
    CriticSource critics,
    Backend backend,
    OnlineConfig config,
    Path output) {

  /**
   * {@return optimizer steps of a task}
   *
   * @param <E> an example of the task
   * @param name of the run in messages
   * @param task what a step computes
   */
  public <E> StepRunner<E> steps(String name, TrainingTask<E> task) {
    TrainingConfig training = config.training();
    return new StepRunner<>(name, task, training, backend, output);
  }
}
