package org.align4j.policy.online;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingTask;

/**
 * What an {@link OnlineMethod} builds its update from.
 *
 * @param policy what is trained
 * @param base loads the policy's base model again, for a critic of its own
 * @param checkpointing whether the critic keeps only each layer's input for the backward pass
 * @param backend what computes
 * @param config of the run
 * @param output folder of checkpoints
 */
public record OnlineSetup(
    DecoderTransformer policy,
    Supplier<DecoderTransformer> base,
    boolean checkpointing,
    Backend backend,
    OnlineConfig config,
    Path output) {

  /** Optimizer steps of a task. */
  public <E> StepRunner<E> steps(String name, TrainingTask<E> task) {
    TrainingConfig training = config.training();
    return new StepRunner<>(name, task, training, backend, output);
  }
}
