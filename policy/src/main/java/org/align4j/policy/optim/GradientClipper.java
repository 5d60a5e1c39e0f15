package org.align4j.policy.optim;

import java.util.List;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.model.Parameter;

/** Clips by the norm over all parameters together. */
public final class GradientClipper {
  private GradientClipper() {}

  /**
   * {@return √Σ g² over all gradients}
   *
   * @param backend sums the squares
   * @param parameters their gradients are read
   */
  public static double norm(Backend backend, List<Parameter> parameters) {
    double sum = 0;
    for (Parameter parameter : parameters) {
      sum += backend.sumOfSquares(parameter.gradient());
    }
    return Math.sqrt(sum);
  }

  /**
   * Scales all gradients so that their norm is at most {@code maxNorm}.
   *
   * @param backend sums the squares and scales
   * @param parameters their gradients are scaled in place
   * @param maxNorm the bound; 0 leaves gradients alone
   * @return the norm before clipping
   */
  public static double clip(Backend backend, List<Parameter> parameters, double maxNorm) {
    double norm = norm(backend, parameters);
    if (maxNorm > 0 && norm > maxNorm) {
      // torch's clip_grad_norm_ adds 1e-6 to the norm; parity of long runs needs the same.
      float factor = (float) (maxNorm / (norm + 1e-6));
      parameters.forEach(parameter -> backend.scale(factor, parameter.gradient()));
    }
    return norm;
  }
}
