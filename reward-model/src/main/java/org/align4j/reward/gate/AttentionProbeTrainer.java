package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.reward.gate.LayerInputs.Prompt;

/**
 * Trains {@link AttentionProbe}s by logistic regression of harmful requests against each group of
 * harmless ones, both sides with equal weight. The model's states are given, so that an epoch takes
 * about a second for some thousand requests.
 */
final class AttentionProbeTrainer {
  private static final int BATCH = 128;
  private static final int EPOCHS = 3;

  /** Of the optimizer, where there are few requests. */
  private static final int LEAST_STEPS = 120;

  private static final double LEARNING_RATE = 2e-3;
  private static final double WEIGHT_DECAY = 0.05;
  private static final double WARMUP = 0.3;
  private static final double NOISE = 0.4;
  private static final double DROPOUT = 0.5;

  /** Standard deviation of the keys' first values; the other weights begin at 0. */
  private static final double FIRST_KEYS = 0.01;

  /** Parts that a batch's gradient is summed in, whatever the number of threads. */
  private static final int CHUNKS = 8;

  private final Backend backend;
  private final List<Prompt> prompts;
  private final TokenFeatures tokens;
  private final float[][] ends;
  private final int[] groups;
  private final int[] sizes;
  private final int heads;
  private final long seed;

  /**
   * Prepares training.
   *
   * @param backend runs the optimizer
   * @param inputs what the layer reads of all requests
   * @param rows what its feed-forward block reads where they end, by group
   * @param heads of the probe; 0 = it reads the end alone
   * @param seed of first weights, order, noise and dropout
   */
  AttentionProbeTrainer(
      Backend backend,
      LayerInputs inputs,
      TokenFeatures tokens,
      GroupedRows rows,
      int heads,
      long seed) {
    this.backend = backend;
    prompts = inputs.prompts();
    this.tokens = tokens;
    this.heads = heads;
    this.seed = seed;
    ends = standardised(rows.states());
    groups = rows.groupOfRows();
    sizes = IntStream.range(0, rows.groups()).map(rows::size).toArray();
  }

  /**
   * A probe of all requests, and what probes that have not seen a request say of it.
   *
   * @param probe whose scores are log-odds in a unit of which the mean harmful request has 2 more
   *     than the mean harmless one
   * @param scores of every request, in fold, [requests][groups]
   * @param outOfFold the lowest score of every request by a probe that was trained without its fold
   */
  record Fit(AttentionProbe probe, double[][] scores, double[] outOfFold) {

    /** By how much each request's score of a group exceeds a threshold. */
    double[] above(double threshold, int group) {
      return Arrays.stream(scores).mapToDouble(row -> row[group] - threshold).toArray();
    }
  }

  private static float[][] standardised(double[][] states) {
    double[] mean = LinearProbe.mean(states);
    double[] scale = LinearProbe.scale(states, mean);
    float[][] out = new float[states.length][mean.length];
    for (int i = 0; i < out.length; i++) {
      double[] row = LinearProbe.standardised(states[i], mean, scale);
      for (int j = 0; j < row.length; j++) {
        out[i][j] = (float) row[j];
      }
    }
    return out;
  }

  /**
   * Trains a probe of all requests and one without each fold.
   *
   * @param folds the fold of each request, from 0; every group stands in more than one
   */
  Fit fit(int[] folds, Progress.Factory progress) {
    double[] outOfFold = new double[ends.length];
    int count = Arrays.stream(folds).max().orElseThrow() + 1;
    try (Progress bar = progress.start("train heads", count + 1)) {
      for (int fold = 0; fold < count; fold++) {
        int out = fold;
        double[][] scores = trained(i -> folds[i] != out).scores();
        bar.step(1);
        for (int i = 0; i < outOfFold.length; i++) {
          if (folds[i] == out) {
            outOfFold[i] = Arrays.stream(scores[i]).min().orElseThrow();
          }
        }
      }
      Trained all = trained(i -> true);
      bar.step(1);
      return new Fit(all.probe(), all.scores(), outOfFold);
    }
  }

  /** A probe and its scores of all requests, [requests][groups]. */
  private record Trained(AttentionProbe probe, double[][] scores) {}

  /** Trains on some requests. */
  private Trained trained(IntPredicate kept) {
    int hidden = ends[0].length;
    int harmless = sizes.length - 1;
    Tensor weights = Tensor.zeros(heads + heads * harmless + harmless, hidden);
    Tensor constants = Tensor.zeros(1, harmless);
    initialise(weights);
    Tensor toWeights = Tensor.zeros(weights.rows(), hidden);
    Tensor toConstants = Tensor.zeros(1, harmless);
    AdamW optimizer =
        new AdamW(
            backend,
            new AdamW.Settings(0.9, 0.999, 1e-8, WEIGHT_DECAY),
            List.of(
                Parameter.matrix("weights", weights, toWeights),
                Parameter.exempt("constants", constants, toConstants)));
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, ends.length).filter(kept).boxed().toList());
    int batches = (order.size() + BATCH - 1) / BATCH;
    int steps = Math.max(EPOCHS * batches, LEAST_STEPS);
    for (int step = 0; step < steps; step++) {
      int batch = step % batches;
      if (batch == 0) {
        RandomStream.of(seed, Purpose.DATA_ORDER).at(step).shuffle(order);
      }
      List<Integer> some =
          order.subList(batch * BATCH, Math.min(order.size(), (batch + 1) * BATCH));
      AttentionProbe probe = AttentionProbe.of(weights, constants, heads);
      write(gradient(probe, some, step), toWeights, toConstants);
      double factor = LearningRateSchedule.COSINE.factor(step, Math.round(WARMUP * steps), steps);
      optimizer.step(factor * LEARNING_RATE);
    }
    return scaled(AttentionProbe.of(weights, constants, heads), kept);
  }

  private void initialise(Tensor weights) {
    SplittableRandom random = RandomStream.of(seed, Purpose.NETWORK).generator();
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < weights.columns(); i++) {
        weights.set(head, i, (float) (FIRST_KEYS * random.nextGaussian()));
      }
    }
  }

  private AttentionProbe gradient(AttentionProbe probe, List<Integer> requests, long step) {
    RandomStream stream = RandomStream.of(seed, Purpose.DROPOUT).at(step);
    ProbeGradient[] chunks = new ProbeGradient[CHUNKS];
    IntStream.range(0, CHUNKS)
        .parallel()
        .forEach(
            chunk -> {
              chunks[chunk] = new ProbeGradient(probe, NOISE, DROPOUT);
              SplittableRandom random = stream.at(chunk).generator();
              for (int i = chunk; i < requests.size(); i += CHUNKS) {
                int request = requests.get(i);
                chunks[chunk].add(
                    tokensOf(request),
                    ends[request],
                    groups[request] == 0 ? 1 : -1,
                    weights(groups[request]),
                    random);
              }
            });
    AttentionProbe sum = chunks[0].sum();
    for (int chunk = 1; chunk < CHUNKS; chunk++) {
      add(chunks[chunk].sum(), sum);
    }
    return sum;
  }

  private static void add(AttentionProbe gradient, AttentionProbe to) {
    for (int block = 0; block < gradient.rows().size(); block++) {
      float[][] rows = gradient.rows().get(block);
      for (int i = 0; i < rows.length; i++) {
        FloatVectors.addScaled(1, rows[i], to.rows().get(block)[i]);
      }
    }
    FloatVectors.addScaled(1, gradient.constants(), to.constants());
  }

  private static void write(AttentionProbe gradient, Tensor weights, Tensor constants) {
    int row = 0;
    for (float[][] block : gradient.rows()) {
      for (float[] values : block) {
        weights.writeRow(row++, values, 0);
      }
    }
    constants.writeRow(0, gradient.constants(), 0);
  }

  private float[][] tokensOf(int request) {
    return heads == 0 ? new float[0][] : tokens.of(prompts.get(request));
  }

  /** Of a request's loss in each harmless group: both sides of each have the same sum. */
  private float[] weights(int group) {
    float[] out = new float[sizes.length - 1];
    for (int i = 0; i < out.length; i++) {
      if (group == 0 || group == i + 1) {
        out[i] = (float) ends.length / (2f * sizes[group]);
      }
    }
    return out;
  }

  /** Log-odds in one unit for all groups, which stay comparable. */
  private Trained scaled(AttentionProbe probe, IntPredicate kept) {
    double[][] scores = scores(probe);
    double gap = 0;
    for (int i = 0; i < probe.groups(); i++) {
      gap += (mean(scores, i, 0, kept) - mean(scores, i, i + 1, kept)) / probe.groups();
    }
    double factor = 2 / gap;
    return new Trained(
        probe.scaled(factor),
        Arrays.stream(scores).map(row -> Vectors.scaled(factor, row)).toArray(double[][]::new));
  }

  private double mean(double[][] scores, int column, int group, IntPredicate kept) {
    return IntStream.range(0, scores.length)
        .filter(i -> groups[i] == group && kept.test(i))
        .mapToDouble(i -> scores[i][column])
        .average()
        .orElseThrow();
  }

  /** Of all requests, [requests][groups]. */
  private double[][] scores(AttentionProbe probe) {
    double[][] out = new double[ends.length][];
    IntStream.range(0, out.length)
        .parallel()
        .forEach(i -> out[i] = probe.scores(tokensOf(i), ends[i]));
    return out;
  }
}
