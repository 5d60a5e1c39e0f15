package org.align4j.policy.model;

import org.align4j.core.ConfigurationException;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * The model that a policy is held to: DPO's log-ratios and the KL penalty of online training are
 * taken to it.
 */
public final class Reference {
  private static final Reference NONE = new Reference(null, Mode.EVALUATE);

  private final LanguageModel model;
  private final Mode mode;

  private Reference(LanguageModel model, Mode mode) {
    this.model = model;
    this.mode = mode;
  }

  /**
   * The policy as it was before training: its base weights, with the adapter that training started
   * from, if any.
   *
   * @param policy with an adapter
   * @return the reference
   * @throws ConfigurationException if the policy is not an adapter
   */
  public static Reference adapterOff(LanguageModel policy) {
    if (!policy.hasReference()) {
      throw new ConfigurationException(
          "the policy has no adapter to switch off; use a frozen copy of it as the reference");
    }
    return new Reference(policy, Mode.REFERENCE);
  }

  /**
   * {@return {@link #adapterOff} where the policy is an adapter, {@link #none} where it is not}
   *
   * @param policy any policy
   */
  public static Reference adapterOffOrNone(LanguageModel policy) {
    return policy.hasReference() ? adapterOff(policy) : none();
  }

  /**
   * {@return another model as it is, its adapter included: a frozen copy of the policy, or a
   * teacher whose KL is a reward} Its vocabulary must be the policy's.
   *
   * @param model is not changed while it is the reference
   */
  public static Reference of(LanguageModel model) {
    return new Reference(model, Mode.EVALUATE);
  }

  /** {@return no reference; losses and penalties that need one are refused} */
  public static Reference none() {
    return NONE;
  }

  /** {@return whether there is a reference} */
  public boolean present() {
    return model != null;
  }

  /**
   * {@return whether {@link #logits} can be asked for: there is one and it is a {@link
   * FullDistribution}}
   */
  public boolean showsDistribution() {
    return model instanceof FullDistribution;
  }

  /**
   * Refuses a reference that changes while the policy is trained, because it is the policy.
   *
   * @param policy what is trained
   * @return this reference
   * @throws ConfigurationException if it is
   */
  public Reference requireFixed(LanguageModel policy) {
    if (model == policy && mode == Mode.EVALUATE) {
      throw new ConfigurationException(
          "the reference is the policy itself, which training changes; use a frozen copy");
    }
    return this;
  }

  /**
   * {@return statistics of every completion token}
   *
   * @param batch prompts with completions
   * @param temperature what logits are divided by, &gt; 0
   * @throws IllegalStateException if there is no reference
   */
  public TokenStats forward(TokenBatch batch, double temperature) {
    if (model == null) {
      throw new IllegalStateException("there is no reference to run");
    }
    return model.forward(batch, mode, temperature);
  }

  /**
   * {@return next-token logits of every completion token; the caller closes them}
   *
   * @param batch prompts with completions
   * @throws IllegalStateException if there is no reference or its distribution cannot be seen
   */
  public NextTokenLogits logits(TokenBatch batch) {
    if (!(model instanceof FullDistribution distribution)) {
      throw new IllegalStateException("there is no reference whose whole distribution can be seen");
    }
    return distribution.logits(batch, mode);
  }
}
