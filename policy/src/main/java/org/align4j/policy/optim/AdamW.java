package org.align4j.policy.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.Parameter;

/** AdamW with its moments; norms and biases are not decayed, as in transformers. */
public final class AdamW {

  /**
   * Hyperparameters; transformers' defaults are 0.9, 0.999, 1e-8, 0.
   *
   * @param beta1 decay of the mean of gradients, in [0, 1)
   * @param beta2 decay of the mean of their squares, in [0, 1)
   * @param epsilon added to the root of the latter
   * @param weightDecay decoupled decay
   */
  public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {
    /** transformers' defaults. */
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 0);
  }

  private final Backend backend;
  private final Settings settings;
  private final List<Parameter> parameters;
  private final List<Tensor> firstMoments = new ArrayList<>();
  private final List<Tensor> secondMoments = new ArrayList<>();
  private long steps;

  /**
   * Starts with zero moments.
   *
   * @param backend runs the update
   * @param settings moments' decay, ε and weight decay
   * @param parameters are updated in place
   */
  public AdamW(Backend backend, Settings settings, List<Parameter> parameters) {
    this.backend = backend;
    this.settings = settings;
    this.parameters = List.copyOf(parameters);
    for (Parameter parameter : parameters) {
      firstMoments.add(Tensor.zeros(parameter.value().rows(), parameter.value().columns()));
      secondMoments.add(Tensor.zeros(parameter.value().rows(), parameter.value().columns()));
    }
  }

  /**
   * Updates all parameters from their gradients.
   *
   * @param learningRate of this step, ≥ 0
   */
  public void step(double learningRate) {
    steps++;
    AdamStep plain = adamStep(learningRate, 0);
    AdamStep decayed = adamStep(learningRate, settings.weightDecay());
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      backend.adamW(
          parameter.value(),
          parameter.gradient(),
          firstMoments.get(i),
          secondMoments.get(i),
          parameter.decays() ? decayed : plain);
    }
  }

  private AdamStep adamStep(double learningRate, double decay) {
    return new AdamStep(
        learningRate, settings.beta1(), settings.beta2(), settings.epsilon(), decay, steps);
  }

  /** {@return steps done} */
  public long steps() {
    return steps;
  }

  /** {@return moments by name, for checkpoints; the tensors are live} */
  public Map<String, Tensor> state() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      out.put(parameters.get(i).name() + ".exp_avg", firstMoments.get(i));
      out.put(parameters.get(i).name() + ".exp_avg_sq", secondMoments.get(i));
    }
    return out;
  }

  /**
   * Continues after a checkpoint whose moments were read into {@link #state}.
   *
   * @param stepsDone optimizer steps, for the correction of the moments' bias
   */
  public void resumeAt(long stepsDone) {
    steps = stepsDone;
  }
}
