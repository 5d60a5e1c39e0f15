package org.align4j.jmh;

import java.util.Arrays;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;

/**
 * As training computes them here: d log p(y) / d h = W_y - Σ p_v W_v, in chunks that stay in the
 * third-level cache, without a pass back.
 */
final class AlignedHeadLoss implements HeadLoss {
  private static final int CHUNK = 256;

  private final Backend backend;
  private final int[] targets;
  private final Tensor hidden;
  private final Tensor weight;
  private final PackedMatrix packed;
  private final PackedMatrix packedBack;
  private final Tensor logits;
  private final Tensor mean;
  private final Tensor gradient;
  private final TokenStats stats;

  AlignedHeadLoss(Operands operands, Precision precision) {
    backend = Backends.named("vector", precision);
    targets = operands.targets();
    hidden = Tensor.of(operands.rows(), operands.width(), operands.hidden());
    weight = Tensor.of(operands.vocabulary(), operands.width(), operands.weight());
    packed = backend.pack(weight);
    packedBack = backend.packTransposed(weight);
    logits = Tensor.zeros(Math.min(CHUNK, operands.rows()), operands.vocabulary());
    mean = Tensor.zeros(logits.rows(), operands.width());
    gradient = Tensor.zeros(operands.rows(), operands.width());
    stats = TokenStats.zeros(operands.rows());
  }

  @Override
  public double run() {
    backend.gather(weight, targets, gradient);
    for (int from = 0; from < targets.length; from += CHUNK) {
      int count = Math.min(CHUNK, targets.length - from);
      Tensor chunk = logits.rows(0, count);
      packed.multiply(hidden.rows(from, count), chunk);
      backend.softmax(chunk, Arrays.copyOfRange(targets, from, from + count), stats, from);
      packedBack.multiply(chunk, mean.rows(0, count));
      backend.scale(-1, mean.rows(0, count));
      backend.add(mean.rows(0, count), gradient.rows(from, count));
    }
    return Arrays.stream(stats.logProbs()).sum();
  }

  @Override
  public float[] gradient() {
    return gradient.toArray();
  }

  @Override
  public void close() {
    packed.close();
    packedBack.close();
    hidden.close();
    weight.close();
    logits.close();
    mean.close();
    gradient.close();
  }
}
