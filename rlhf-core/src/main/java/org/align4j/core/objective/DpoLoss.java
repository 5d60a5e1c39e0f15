package org.align4j.core.objective;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.align4j.core.ConfigurationException;

/**
 * The members of the DPO family, named as TRL's {@code loss_type}. With s the scores and h the
 * log-ratios of the chosen (w) and rejected (l) completion, δ = s_w - s_l and ℓ = -log σ.
 */
public enum DpoLoss {
  /** ℓ(βδ). Rafailov et al. 2023 (arXiv 2305.18290), Eq. 7. */
  SIGMOID(PairLosses::sigmoid),
  /** max(0, 1 - βδ). SLiC / RSO, Liu et al. 2023 (arXiv 2309.06657). */
  HINGE(PairLosses::hinge),
  /**
   * (s_w/|w| - s_l/|l| - 1/2β)². Azar et al. 2023 (arXiv 2310.12036), Eq. 17, length-normalised.
   */
  IPO(PairLosses::ipo),
  /** KL(σ(±βδ) ‖ [1-ε, ε]). Ji et al. 2024 (arXiv 2402.00856), Eq. 16; needs ε in (0, 1). */
  EXO_PAIR(PairLosses::exoPair),
  /** ℓ(βh_w) + ½ℓ(-βh_w) + ½ℓ(-βh_l). Chen et al. 2024 (arXiv 2402.05369). */
  NCA_PAIR(PairLosses::ncaPair),
  /** [(1-ε)ℓ(βδ) - εℓ(-βδ)] / (1-2ε). Chowdhury et al. 2024 (arXiv 2403.00409); needs ε &lt; ½. */
  ROBUST(PairLosses::robust),
  /** ℓ(βh_w) + ℓ(-βh_l). Jung et al. 2024 (arXiv 2404.04656), without the reward shift. */
  BCO_PAIR(PairLosses::bcoPair),
  /** (h_w - 1/2β)² + (h_l + 1/2β)². Wu et al. 2024 (arXiv 2405.00675), hard labels. */
  SPPO_HARD(PairLosses::sppoHard),
  /** Smoothed ℓ over sorted paired log-ratios. Melnyk et al. 2024 (arXiv 2406.05882). */
  AOT(SortedLosses::paired),
  /** Smoothed ℓ over log-ratios sorted on each side alone. The same paper. */
  AOT_UNPAIRED(SortedLosses::unpaired),
  /** 1 - σ(βh_w) + σ(βh_l). D'Oosterlinck et al. 2024 (arXiv 2408.06266), Eq. 7. */
  APO_ZERO(PairLosses::apoZero),
  /** σ(βh_w) + 1 - σ(β(h_w - h_l)). The same paper, Eq. 8. */
  APO_DOWN(PairLosses::apoDown),
  /** (1-m)ℓ(βδ) + m·e^(-βδ), m = σ(βδ/τ). Lu et al. 2024 (arXiv 2406.08414), Eq. 5. */
  DISCOPOP(PairLosses::discopop),
  /** Mean negative log-likelihood of the chosen tokens. */
  SFT(PairLosses::sft),
  /** ℓ(β(s_w/|w| - s_l/|l|)). */
  SIGMOID_NORM(PairLosses::sigmoidNorm);

  /** A loss over the whole batch. */
  @FunctionalInterface
  interface BatchLoss {
    LossTerms evaluate(PairBatch batch, DpoObjective settings, PairCounts counts);
  }

  private final BatchLoss function;

  DpoLoss(BatchLoss function) {
    this.function = function;
  }

  /** {@return whether {@code label_smoothing} acts on it} */
  public boolean smoothsLabels() {
    return switch (this) {
      case ROBUST, EXO_PAIR, AOT, AOT_UNPAIRED -> true;
      default -> false;
    };
  }

  /**
   * {@return whether it sees scores, which the f-divergence makes of log-ratios, and not the
   * ratios}
   */
  public boolean seesScores() {
    return switch (this) {
      case SIGMOID, HINGE, IPO, EXO_PAIR, ROBUST, DISCOPOP, SIGMOID_NORM -> true;
      default -> false;
    };
  }

  /** {@return TRL's spelling} */
  public String trlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Accepts TRL's spelling, for example {@code apo_zero}.
   *
   * @param name in any case
   * @return the loss
   */
  public static DpoLoss parse(String name) {
    return Arrays.stream(values())
        .filter(loss -> loss.trlName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigurationException(
                    "loss_type is \""
                        + name
                        + "\"; expected one of "
                        + Arrays.stream(values())
                            .map(DpoLoss::trlName)
                            .collect(Collectors.joining(", "))));
  }

  LossTerms evaluate(PairBatch batch, DpoObjective settings, PairCounts counts) {
    return function.evaluate(batch, settings, counts);
  }
}
