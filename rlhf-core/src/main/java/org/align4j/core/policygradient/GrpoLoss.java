package org.align4j.core.policygradient;

import java.util.Locale;
import org.align4j.core.ConfigurationException;

/**
 * The members of the GRPO family, named as TRL's {@code loss_type}. They differ in the surrogate of
 * a token and in what its sum is divided by; T = tokens of a completion, N = completions and M =
 * tokens of the step.
 */
public enum GrpoLoss {
  /** Clipped, 1/(T·N). Shao et al. 2024 (arXiv 2402.03300), Eq. 3. */
  GRPO(Kind.CLIPPED, Share.SEQUENCE_MEAN),
  /** Clipped, 1/(N · longest allowed completion). Liu et al. 2025 (arXiv 2503.20783). */
  DR_GRPO(Kind.CLIPPED, Share.FIXED_LENGTH),
  /** Clipped, 1/M. Yu et al. 2025 (arXiv 2503.14476), Eq. 8. */
  DAPO(Kind.CLIPPED, Share.TOKEN_MEAN),
  /** Clipped, 1/M; TRL's differs from dapo only in taking M over a local batch. */
  BNPO(Kind.CLIPPED, Share.TOKEN_MEAN),
  /** -min(r, high) · A · log π with a constant weight, 1/M. Chen et al. 2025 (arXiv 2506.13585). */
  CISPO(Kind.CAPPED_WEIGHT, Share.TOKEN_MEAN),
  /** A soft gate in place of the clip, 1/(T·N). Gao et al. 2025 (arXiv 2511.20347). */
  SAPO(Kind.SOFT_GATE, Share.SEQUENCE_MEAN),
  /** Clipped, 1/N: completions weighted by their length. arXiv 2602.05261. */
  LUSPO(Kind.CLIPPED, Share.SEQUENCE_SUM),
  /** A gamma-shaped weight of the sequence's ratio, 1/M. arXiv 2602.10693. */
  VESPO(Kind.GAMMA_WEIGHT, Share.TOKEN_MEAN);

  /** Which {@link Surrogate} stands for a token in the loss. */
  enum Kind {
    CLIPPED,
    CAPPED_WEIGHT,
    SOFT_GATE,
    GAMMA_WEIGHT
  }

  /** What a token's loss is multiplied with. */
  enum Share {
    SEQUENCE_MEAN,
    SEQUENCE_SUM,
    TOKEN_MEAN,
    FIXED_LENGTH
  }

  private final Kind kind;
  private final Share share;

  GrpoLoss(Kind kind, Share share) {
    this.kind = kind;
    this.share = share;
  }

  /** {@return whether ratios are clipped between 1 - epsilon and 1 + epsilon_high} */
  public boolean clips() {
    return kind == Kind.CLIPPED;
  }

  Kind kind() {
    return kind;
  }

  double share(int tokens, int maxCompletionLength, RolloutCounts counts) {
    return switch (share) {
      case SEQUENCE_MEAN -> 1.0 / ((double) tokens * counts.completions());
      case SEQUENCE_SUM -> 1.0 / counts.completions();
      case TOKEN_MEAN -> 1.0 / counts.tokens();
      case FIXED_LENGTH -> 1.0 / ((double) maxCompletionLength * counts.completions());
    };
  }

  /**
   * Accepts TRL's spelling, for example {@code dr_grpo}.
   *
   * @param name in any case
   * @return the loss
   */
  public static GrpoLoss parse(String name) {
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "loss_type is \""
              + name
              + "\"; expected grpo, dr_grpo, dapo, bnpo, cispo, sapo, luspo or vespo",
          e);
    }
  }
}
