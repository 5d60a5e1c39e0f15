package org.align4j.core.policygradient;

import java.util.List;

/** Weights that correct for a sampler whose log-probs differ from the trainer's. */
public sealed interface ImportanceCorrection permits BoundedRatios, ImportanceCorrection.Off {

  /** No correction: the log-probs stored with the tokens are the old policy's. */
  ImportanceCorrection OFF = new Off();

  /** What is weighed. */
  enum Level {
    /** Each token by its own ratio. */
    TOKEN,
    /** A completion by the product of its tokens' ratios, as TRL does. */
    SEQUENCE,
    /** A completion is judged by the geometric mean of its ratios, as OpenRLHF does. */
    SEQUENCE_MEAN
  }

  /** What happens outside of the bounds. */
  enum Mode {
    /** The ratio is set to the bound. */
    TRUNCATE,
    /** The weight is 0. */
    MASK
  }

  /**
   * Weights with how much they cut.
   *
   * @param weights {@code [completion][token]}; empty = 1 everywhere
   * @param outside share of tokens outside of the bounds
   */
  record Weights(List<double[]> weights, double outside) {}

  /** {@return whether it corrects, for which the trainer computes log-probs of its own} */
  boolean active();

  /**
   * Weighs tokens by π_trainer/π_sampler.
   *
   * @param trainer the trainer's log-probs when the update began, {@code [completion][token]}
   * @param sampler the log-probs that were stored with the tokens
   * @return a weight for each token and the share that lay outside of the bounds
   */
  Weights weights(List<double[]> trainer, List<double[]> sampler);

  /** The type of {@link #OFF}. */
  record Off() implements ImportanceCorrection {
    @Override
    public boolean active() {
      return false;
    }

    @Override
    public Weights weights(List<double[]> trainer, List<double[]> sampler) {
      return new Weights(List.of(), 0);
    }
  }
}
