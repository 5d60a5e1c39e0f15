package org.align4j.policy.model;

import java.util.Arrays;
import java.util.Optional;
import org.align4j.core.distillation.NextTokenLoss;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;

/**
 * Head, log-softmax and gather in chunks of rows, so that [tokens × vocabulary] is never held.
 *
 * <p>With the head frozen, the gradient needs no second pass over the vocabulary: d log p(y) / d h
 * = W_y - Σ_v p_v W_v does not depend on the loss, so the forward pass computes it while the
 * probabilities are in cache, and the backward pass only scales its rows.
 */
final class LmHead {
  private final Backend backend;
  private final Tensor weight;
  private final LinearWeight linear;
  private final GrowingTensor logits;
  private final GrowingTensor teacherLogits;
  private final GrowingTensor directions;
  private final GrowingTensor gradients;
  private final GrowingTensor chosenDirections;
  private Tensor weightGradient;
  private int[] targets;
  private float inverseTemperature = 1;

  /**
   * What sampling has found out about the tokens that it drew; null when nothing is expected, and
   * from the next pass with a gradient on, which overwrites their directions.
   */
  private TokenStats sampled;

  private double sampledTemperature;

  LmHead(Backend backend, Tensor weight) {
    this.backend = backend;
    this.weight = weight;
    linear = new LinearWeight(backend, weight);
    logits = new GrowingTensor(weight.rows());
    teacherLogits = new GrowingTensor(weight.rows());
    directions = new GrowingTensor(weight.columns());
    gradients = new GrowingTensor(weight.columns());
    chosenDirections = new GrowingTensor(weight.columns());
  }

  /** Lets backward passes add to this gradient of the head (the embedding's, when tied). */
  void trainInto(Tensor gradient) {
    weightGradient = gradient;
    linear.thaw();
  }

  private int chunkRows() {
    return LogitComparison.chunkRows(weight.rows());
  }

  /**
   * Statistics of the targets; with {@code gradient}, what {@link #backward} needs as well.
   *
   * @param temperature what logits are divided by
   */
  TokenStats forward(Tensor hidden, int[] rowTargets, boolean gradient, double temperature) {
    target(rowTargets, temperature);
    if (gradient) {
      sampled = null;
    }
    TokenStats stats = TokenStats.zeros(hidden.rows());
    Tensor direction = gradient ? directions.rows(hidden.rows()) : null;
    if (gradient) {
      backend.gather(weight, rowTargets, direction);
    }
    for (int from = 0; from < hidden.rows(); from += chunkRows()) {
      int count = Math.min(chunkRows(), hidden.rows() - from);
      Tensor chunk = probabilities(hidden, from, count, stats);
      if (gradient) {
        subtractMean(chunk, direction.rows(from, count));
      }
    }
    return stats;
  }

  private void target(int[] rowTargets, double temperature) {
    targets = rowTargets;
    inverseTemperature = (float) (1 / temperature);
  }

  /** Reserves room for so many tokens that are about to be sampled at a temperature. */
  void reserve(int tokens, double temperature) {
    sampled = TokenStats.zeros(tokens);
    sampledTemperature = temperature;
    directions.rows(tokens);
  }

  /**
   * Keeps what {@link #forward} would compute of tokens that have been drawn, while the
   * probabilities are there: in place of what {@link #logits} returned.
   *
   * @param stats of them; whether they are the likeliest is found out here
   * @param at their places among the tokens that are expected
   */
  void keep(int[] tokens, TokenStats stats, int[] at) {
    if (sampled == null) {
      return;
    }
    Tensor probabilities = logits.rows(tokens.length);
    Tensor direction = chosenDirections.rows(tokens.length);
    backend.gather(weight, tokens, direction);
    subtractMean(probabilities, direction);
    backend.scatter(direction, at, directions.whole());
    int[] likeliest = new int[tokens.length];
    backend.argmax(probabilities, likeliest);
    for (int i = 0; i < at.length; i++) {
      sampled.copy(at[i], stats, i);
      sampled.correct()[at[i]] = tokens[i] == likeliest[i] ? 1 : 0;
    }
  }

  /**
   * Closes the gaps in what was kept.
   *
   * @param from for each token that was sampled, its place among those expected; increasing
   */
  void compact(int[] from) {
    if (sampled == null) {
      return;
    }
    directions.moveUp(from);
    for (int i = 0; i < from.length; i++) {
      sampled.copy(i, sampled, from[i]);
    }
  }

  /** Whether tokens were kept at this temperature. */
  boolean keeps(double temperature) {
    return sampled != null && sampledTemperature == temperature;
  }

  /** What {@link #forward} says with the gradient, of the tokens that were kept. */
  TokenStats recall(int[] rowTargets) {
    target(rowTargets, sampledTemperature);
    TokenStats stats = TokenStats.zeros(rowTargets.length);
    for (int i = 0; i < rowTargets.length; i++) {
      stats.copy(i, sampled, i);
    }
    sampled = null;
    return stats;
  }

  private Tensor probabilities(Tensor hidden, int from, int count, TokenStats stats) {
    Tensor chunk = logits.rows(count);
    linear.product(hidden.rows(from, count), chunk);
    if (inverseTemperature != 1) {
      backend.scale(inverseTemperature, chunk);
    }
    backend.softmax(chunk, Arrays.copyOfRange(targets, from, from + count), stats, from);
    return chunk;
  }

  /** d loss / d hidden for the hidden states of the last forward pass. */
  Tensor backward(Tensor hidden, double[] dLogProbs) {
    Tensor direction = directions.rows(hidden.rows());
    Tensor gradient = gradients.rows(hidden.rows());
    gradient.copyFrom(direction);
    for (int r = 0; r < hidden.rows(); r++) {
      backend.scale((float) dLogProbs[r] * inverseTemperature, gradient.rows(r, 1));
    }
    if (weightGradient != null) {
      headGradient(hidden, Arrays.stream(dLogProbs).map(d -> d * inverseTemperature).toArray());
    }
    return gradient;
  }

  private void headGradient(Tensor hidden, double[] dLogProbs) {
    TokenStats unused = TokenStats.zeros(hidden.rows());
    for (int from = 0; from < hidden.rows(); from += chunkRows()) {
      int count = Math.min(chunkRows(), hidden.rows() - from);
      Tensor chunk = probabilities(hidden, from, count, unused);
      int[] chunkTargets = Arrays.copyOfRange(targets, from, from + count);
      backend.logProbGradient(chunk, chunkTargets, dLogProbs, from);
      backend.gemm(true, false, 1, chunk, hidden.rows(from, count), 1, weightGradient);
    }
  }

  /** What {@link #learn} gives: a value a row and d Σ weight · value / d hidden. */
  record Learnt(double[] values, Tensor dHidden) {}

  /** A loss on a block of rows. */
  @FunctionalInterface
  private interface BlockLoss {
    /**
     * Evaluates.
     *
     * @param from the first row
     * @param block logits of the rows; d value / d logit on return
     * @param values receives the rows' values, that of the first one at {@code from}
     */
    void evaluate(int from, Tensor block, double[] values);
  }

  /**
   * Divergence of each row's distribution from a teacher's, with its gradient.
   *
   * @param teacher logits of the same targets, one row for each of {@code hidden}
   * @param weight of every value in the loss
   */
  Learnt divergence(
      Tensor hidden, NextTokenLogits teacher, VocabularyDivergence divergence, double weight) {
    return learn(
        hidden,
        weight,
        (from, block, values) -> {
          Tensor theirs = teacherLogits.rows(block.rows());
          teacher.read(from, theirs);
          LogitComparison.compare(block, theirs, divergence, values, from);
        });
  }

  /**
   * A loss on each row's distribution, with its gradient.
   *
   * @param weight of every value in the loss
   */
  Learnt learn(Tensor hidden, NextTokenLoss loss, double weight) {
    return learn(
        hidden,
        weight,
        (from, block, values) -> LogitComparison.evaluate(block, loss, values, from));
  }

  private Learnt learn(Tensor hidden, double weight, BlockLoss loss) {
    double[] values = new double[hidden.rows()];
    Tensor gradient = gradients.rows(hidden.rows());
    for (int from = 0; from < hidden.rows(); from += chunkRows()) {
      int count = Math.min(chunkRows(), hidden.rows() - from);
      Tensor mine = logits.rows(count);
      linear.product(hidden.rows(from, count), mine);
      loss.evaluate(from, mine, values);
      backend.scale((float) weight, mine);
      linear.productBack(mine, gradient.rows(from, count));
      if (weightGradient != null) {
        backend.gemm(true, false, 1, mine, hidden.rows(from, count), 1, weightGradient);
      }
    }
    return new Learnt(values, gradient);
  }

  /** Raw logits of hidden states, as training computes them, into {@code out}. */
  void logits(Tensor hidden, Tensor out) {
    linear.product(hidden, out);
  }

  /** Number of tokens. */
  int vocabulary() {
    return weight.rows();
  }

  /** Lets products use a packed copy, because the weight stays as it is from now on. */
  void freeze() {
    linear.freeze();
  }

  /** direction -= probabilities · W. */
  private void subtractMean(Tensor probabilities, Tensor direction) {
    if (linear.frozen()) {
      Tensor mean = gradients.rows(direction.rows());
      linear.productBack(probabilities, mean);
      backend.scale(-1, mean);
      backend.add(mean, direction);
    } else {
      backend.gemm(false, false, -1, probabilities, weight, 1, direction);
    }
  }

  /** Names the integers that the weight was computed from, if it came from a quantised file. */
  void quantizedFrom(Optional<QuantizedWeight> stored) {
    linear.quantizedFrom(stored.orElse(null));
  }

  /** Whether it is made of integers of few bits. */
  boolean quantized() {
    return linear.quantized();
  }

  /** Keeps the weight in float32, because a caller may write to it from now on. */
  void makeWritable() {
    linear.values();
  }

  PackedMatrix pack(DecodingWeights.Packing packing) {
    return linear.pack(packing);
  }

  /**
   * Raw logits, [rows, vocabulary]; overwritten by the next call.
   *
   * @param prepared the head packed for decoding, or null
   */
  Tensor logits(Tensor hidden, PackedMatrix prepared) {
    Tensor out = logits.rows(hidden.rows());
    if (prepared == null) {
      linear.product(hidden, out);
    } else {
      prepared.multiply(hidden, out);
    }
    return out;
  }
}
