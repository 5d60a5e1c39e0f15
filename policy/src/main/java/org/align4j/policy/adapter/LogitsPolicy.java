package org.align4j.policy.adapter;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.align4j.core.distillation.NextTokenLoss;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Sampler;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.WholeSequenceSampler;
import org.align4j.policy.model.DistributionLearner;
import org.align4j.policy.model.LogitComparison;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link LogitsNetwork} as a policy with every capability: log-softmax, its gradient and the
 * choice of tokens by the backend's kernels, the rest by the network's own library. All parameters
 * are trained, so a reference is a frozen copy of the network or precomputed. Not thread-safe.
 *
 * <p>Made by {@link Policies}. The whole [targets, vocabulary] matrix is held, and drawing a token
 * runs all sequences from their beginning: meant for small networks.
 */
public final class LogitsPolicy implements DistributionLearner, Sampler, AutoCloseable {
  private final LogitsNetwork network;
  private final Backend backend;
  private final Sampler sampler;

  /** Owns the memory that {@link #probabilities}, or the logits of a sampling pass, look at. */
  private INDArray memory;

  /** Of the last training pass; null if {@link #backward} may not follow. */
  private Tensor probabilities;

  private int[] targets;
  private double inverseTemperature;
  private boolean closed;

  /**
   * Wraps a network, which is closed with the policy.
   *
   * @param network gives next-token logits
   * @param backend what computes
   */
  public LogitsPolicy(LogitsNetwork network, Backend backend) {
    this.network = network;
    this.backend = backend;
    sampler = new WholeSequenceSampler(this::nextTokens, backend);
  }

  @Override
  public Backend backend() {
    return backend;
  }

  /** The network's logits in memory of our own, [targets, vocabulary]. */
  private Tensor run(TokenBatch batch, Mode mode) {
    if (closed) {
      throw new IllegalStateException("the policy has been closed");
    }
    if (mode == Mode.REFERENCE) {
      throw new IllegalStateException(
          "this policy has no adapter to switch off; use a frozen copy as the reference, or"
              + " precompute its log-probs");
    }
    probabilities = null;
    INDArray logits = network.logits(batch, mode == Mode.TRAIN);
    if (logits.rank() != 2 || logits.size(0) != batch.targets().length) {
      throw new IllegalStateException(
          "the network gave logits of shape "
              + logits.shapeInfoToString()
              + " for "
              + batch.targets().length
              + " targets; expected one row for each");
    }
    memory = logits.dup('c');
    return Tensor.of(memory);
  }

  @Override
  public TokenStats forward(TokenBatch batch, Mode mode, double temperature) {
    Tensor values = run(batch, mode);
    requireKnown(batch.targets(), values.columns());
    if (temperature != 1) {
      backend.scale((float) (1 / temperature), values);
    }
    TokenStats stats = TokenStats.zeros(batch.targets().length);
    backend.softmax(values, batch.targets(), stats, 0);
    probabilities = mode == Mode.TRAIN ? values : null;
    targets = batch.targets();
    inverseTemperature = 1 / temperature;
    return stats;
  }

  private static void requireKnown(int[] targets, int vocabulary) {
    for (int id : targets) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException(
            "token id " + id + " is outside the vocabulary of " + vocabulary);
      }
    }
  }

  @Override
  public void backward(double[] dLogProbs) {
    if (probabilities == null) {
      throw new IllegalStateException("backward needs a TRAIN forward pass before it");
    }
    double[] scaled = new double[dLogProbs.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = dLogProbs[i] * inverseTemperature;
    }
    backend.logProbGradient(probabilities, targets, scaled, 0);
    network.backward(memory);
    probabilities = null;
  }

  @Override
  public NextTokenLogits logits(TokenBatch batch, Mode mode) {
    if (mode == Mode.TRAIN) {
      throw new IllegalArgumentException("logits are read without training; use learnDivergence");
    }
    return new ComputedLogits(run(batch, mode).copy(), batch.targets());
  }

  @Override
  public double[] learnDivergence(
      TokenBatch batch, NextTokenLogits teacher, VocabularyDivergence divergence, double weight) {
    Tensor mine = run(batch, Mode.TRAIN);
    LogitComparison.requireComparable(batch.targets(), mine.columns(), teacher);
    double[] values = new double[mine.rows()];
    try (Tensor theirs = Tensor.zeros(mine.rows(), mine.columns())) {
      teacher.read(0, theirs);
      LogitComparison.compare(mine, theirs, divergence, values, 0);
    }
    backend.scale((float) weight, mine);
    network.backward(memory);
    return values;
  }

  @Override
  public double[] learnLoss(TokenBatch batch, NextTokenLoss loss, double weight) {
    Tensor mine = run(batch, Mode.TRAIN);
    double[] values = new double[mine.rows()];
    LogitComparison.evaluate(mine, loss, values, 0);
    backend.scale((float) weight, mine);
    network.backward(memory);
    return values;
  }

  @Override
  public Optional<List<Completion>> sample(
      List<int[]> prompts, SamplingParams params, Set<Integer> stopTokens, BooleanSupplier stop) {
    return sampler.sample(prompts, params, stopTokens, stop);
  }

  /** Logits after whole sequences, each asked for by a placeholder as its target. */
  private Tensor nextTokens(List<int[]> sequences) {
    List<int[]> placeholder = List.of(new int[1]);
    return run(
        TokenBatch.of(
            sequences.stream().map(ids -> new PromptCompletions(ids, placeholder)).toList()),
        Mode.EVALUATE);
  }

  @Override
  public List<Parameter> parameters() {
    return network.parameters();
  }

  @Override
  public void clearGradients() {
    network.parameters().forEach(parameter -> backend.scale(0, parameter.gradient()));
  }

  @Override
  public boolean hasReference() {
    return false;
  }

  /** Frees what the adapter has allocated; the network stays, with what it has learnt. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      probabilities = null;
      memory = null;
      network.close();
    }
  }
}
