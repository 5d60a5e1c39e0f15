package org.align4j.core.objective;

import static org.align4j.core.objective.Logistic.logSigmoid;

import org.align4j.core.objective.PairBatch.Sides;

/**
 * The losses whose value for a pair depends on that pair alone. Formulas and sources stand at
 * {@link DpoLoss}; here are values and derivatives.
 */
final class PairLosses {
  private PairLosses() {}

  /** Value and derivatives of a function of the chosen and the rejected quantity. */
  private record Partials(double value, double dChosen, double dRejected) {
    /** f(chosen - rejected) with f' = slope. */
    static Partials ofDifference(double value, double slope) {
      return new Partials(value, slope, -slope);
    }
  }

  @FunctionalInterface
  private interface PairFunction {
    Partials at(double chosen, double rejected);
  }

  static LossTerms sigmoid(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    return overScores(batch, (w, l) -> logistic(beta, w - l));
  }

  static LossTerms hinge(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    return overScores(
        batch,
        (w, l) -> {
          double slack = 1 - beta * (w - l);
          return Partials.ofDifference(Math.max(0, slack), slack > 0 ? -beta : 0);
        });
  }

  static LossTerms ipo(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double target = 1 / (2 * settings.beta());
    return overMeanScores(
        batch,
        (w, l) -> {
          double error = w - l - target;
          return Partials.ofDifference(error * error, 2 * error);
        });
  }

  static LossTerms exoPair(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    double logChosenTarget = Math.log1p(-settings.labelSmoothing());
    double logRejectedTarget = Math.log(settings.labelSmoothing());
    return overScores(
        batch,
        (w, l) -> {
          double x = beta * (w - l);
          double q = Logistic.sigmoid(x);
          double chosenTerm = logSigmoid(x) - logChosenTarget;
          double rejectedTerm = logSigmoid(-x) - logRejectedTarget;
          double value = q * chosenTerm + (1 - q) * rejectedTerm;
          // The entropy parts cancel: d/dx = q(1-q)(chosenTerm - rejectedTerm).
          return Partials.ofDifference(value, beta * q * (1 - q) * (chosenTerm - rejectedTerm));
        });
  }

  static LossTerms ncaPair(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    return overRatios(
        batch,
        (w, l) -> {
          double chosen = beta * w;
          double rejected = beta * l;
          double value =
              -logSigmoid(chosen) - 0.5 * logSigmoid(-chosen) - 0.5 * logSigmoid(-rejected);
          return new Partials(
              value,
              beta * (-Logistic.sigmoid(-chosen) + 0.5 * Logistic.sigmoid(chosen)),
              0.5 * beta * Logistic.sigmoid(rejected));
        });
  }

  static LossTerms robust(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    double epsilon = settings.labelSmoothing();
    double scale = 1 / (1 - 2 * epsilon);
    return overScores(
        batch,
        (w, l) -> {
          double x = beta * (w - l);
          double value = scale * (-(1 - epsilon) * logSigmoid(x) + epsilon * logSigmoid(-x));
          double slope =
              -scale
                  * beta
                  * ((1 - epsilon) * Logistic.sigmoid(-x) + epsilon * Logistic.sigmoid(x));
          return Partials.ofDifference(value, slope);
        });
  }

  static LossTerms bcoPair(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    return overRatios(
        batch,
        (w, l) ->
            new Partials(
                -logSigmoid(beta * w) - logSigmoid(-beta * l),
                -beta * Logistic.sigmoid(-beta * w),
                beta * Logistic.sigmoid(beta * l)));
  }

  static LossTerms sppoHard(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double target = 0.5 / settings.beta();
    return overRatios(
        batch,
        (w, l) -> {
          double chosenError = w - target;
          double rejectedError = l + target;
          return new Partials(
              chosenError * chosenError + rejectedError * rejectedError,
              2 * chosenError,
              2 * rejectedError);
        });
  }

  static LossTerms apoZero(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    return overRatios(
        batch,
        (w, l) -> {
          double chosen = Logistic.sigmoid(beta * w);
          double rejected = Logistic.sigmoid(beta * l);
          return new Partials(
              1 - chosen + rejected,
              -beta * chosen * (1 - chosen),
              beta * rejected * (1 - rejected));
        });
  }

  static LossTerms apoDown(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    return overRatios(
        batch,
        (w, l) -> {
          double chosen = Logistic.sigmoid(beta * w);
          double margin = Logistic.sigmoid(beta * (w - l));
          double chosenSlope = beta * chosen * (1 - chosen);
          double marginSlope = beta * margin * (1 - margin);
          return new Partials(chosen + 1 - margin, chosenSlope - marginSlope, marginSlope);
        });
  }

  static LossTerms discopop(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    double tau = settings.discopopTau();
    return overScores(
        batch,
        (w, l) -> {
          double x = beta * (w - l);
          double mix = Logistic.sigmoid(x / tau);
          double exponential = Math.exp(-x);
          double logistic = -logSigmoid(x);
          if (mix == 0) {
            // Its product with e^(-x), which may be infinite, has vanished as well.
            return Partials.ofDifference(logistic, -beta * Logistic.sigmoid(-x));
          }
          double mixSlope = mix * (1 - mix) / tau;
          double slope =
              mixSlope * (exponential - logistic)
                  - (1 - mix) * Logistic.sigmoid(-x)
                  - mix * exponential;
          return Partials.ofDifference(logistic * (1 - mix) + exponential * mix, beta * slope);
        });
  }

  static LossTerms sigmoidNorm(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double beta = settings.beta();
    return overMeanScores(batch, (w, l) -> logistic(beta, w - l));
  }

  /**
   * The SFT term is a mean over all chosen tokens of the step. LossTerms are divided by the number
   * of pairs later, so the sum is scaled by pairs / tokens here.
   */
  static LossTerms sft(PairBatch batch, DpoObjective settings, Normalizer normalizer) {
    double meanWeight = 0;
    double logLikelihood = 0;
    for (int i = 0; i < batch.size(); i++) {
      meanWeight += batch.weights()[i] / batch.size();
      logLikelihood += batch.chosenLogLikelihoods()[i];
    }
    double perToken = meanWeight * normalizer.pairs() / normalizer.chosenTokens();
    Sides none = Sides.zeros(batch.size());
    return new LossTerms(-perToken * logLikelihood, none, none, -perToken);
  }

  private static Partials logistic(double beta, double delta) {
    return Partials.ofDifference(
        -logSigmoid(beta * delta), -beta * Logistic.sigmoid(-beta * delta));
  }

  private static LossTerms overScores(PairBatch batch, PairFunction function) {
    Sides gradient = Sides.zeros(batch.size());
    double sum = accumulate(batch, batch.scores(), gradient, function);
    return new LossTerms(sum, gradient, Sides.zeros(batch.size()), 0);
  }

  private static LossTerms overRatios(PairBatch batch, PairFunction function) {
    Sides gradient = Sides.zeros(batch.size());
    double sum = accumulate(batch, batch.ratios(), gradient, function);
    return new LossTerms(sum, Sides.zeros(batch.size()), gradient, 0);
  }

  private static LossTerms overMeanScores(PairBatch batch, PairFunction function) {
    int n = batch.size();
    Sides means = Sides.zeros(n);
    for (int i = 0; i < n; i++) {
      means.chosen()[i] = batch.scores().chosen()[i] / batch.lengths().chosen()[i];
      means.rejected()[i] = batch.scores().rejected()[i] / batch.lengths().rejected()[i];
    }
    Sides gradient = Sides.zeros(n);
    double sum = accumulate(batch, means, gradient, function);
    for (int i = 0; i < n; i++) {
      gradient.chosen()[i] /= batch.lengths().chosen()[i];
      gradient.rejected()[i] /= batch.lengths().rejected()[i];
    }
    return new LossTerms(sum, gradient, Sides.zeros(n), 0);
  }

  private static double accumulate(
      PairBatch batch, Sides at, Sides gradient, PairFunction function) {
    double sum = 0;
    for (int i = 0; i < batch.size(); i++) {
      double weight = batch.weights()[i];
      Partials partials = function.at(at.chosen()[i], at.rejected()[i]);
      sum += weight * partials.value();
      gradient.chosen()[i] = weight * partials.dChosen();
      gradient.rejected()[i] = weight * partials.dRejected();
    }
    return sum;
  }
}
