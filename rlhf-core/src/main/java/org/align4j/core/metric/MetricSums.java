package org.align4j.core.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/** Weighted means, sums, minima and maxima of metrics over micro-batches and steps. */
public final class MetricSums {
  private final Map<String, double[]> sums = new LinkedHashMap<>();
  private final Map<String, Double> totals = new LinkedHashMap<>();
  private final Map<String, Double> minima = new LinkedHashMap<>();
  private final Map<String, Double> maxima = new LinkedHashMap<>();

  /** Starts without any metric. */
  public MetricSums() {}

  /**
   * Adds a mean that was taken over {@code weight} items; nothing if there were none.
   *
   * @param name of the metric
   * @param mean over the items
   * @param weight number of items, ≥ 0
   */
  public void add(String name, double mean, double weight) {
    if (weight > 0) {
      double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
      sum[0] += mean * weight;
      sum[1] += weight;
    }
  }

  /**
   * Adds to a sum.
   *
   * @param name of the metric
   * @param value what is added
   */
  public void sum(String name, double value) {
    totals.merge(name, value, Double::sum);
  }

  /**
   * Takes a value into a minimum.
   *
   * @param name of the metric
   * @param value a candidate for the minimum
   */
  public void min(String name, double value) {
    minima.merge(name, value, Math::min);
  }

  /**
   * Takes a value into a maximum.
   *
   * @param name of the metric
   * @param value a candidate for the maximum
   */
  public void max(String name, double value) {
    maxima.merge(name, value, Math::max);
  }

  /**
   * Adds everything that another collection holds.
   *
   * @param other stays as it is
   */
  public void merge(MetricSums other) {
    other.sums.forEach(this::addSum);
    other.totals.forEach(this::sum);
    other.minima.forEach(this::min);
    other.maxima.forEach(this::max);
  }

  /**
   * Adds a step that is over: its means with the counts they are over, its sums as one value of
   * this step, so that means over steps are those of all items.
   *
   * @param step stays as it is
   */
  public void mergeStep(MetricSums step) {
    step.sums.forEach(this::addSum);
    step.totals.forEach((name, total) -> add(name, total, 1));
    step.minima.forEach(this::min);
    step.maxima.forEach(this::max);
  }

  private void addSum(String name, double[] added) {
    double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
    sum[0] += added[0];
    sum[1] += added[1];
  }

  /** {@return what has come together so far, by name} */
  public Map<String, Double> means() {
    Map<String, Double> out = new LinkedHashMap<>();
    sums.forEach((name, sum) -> out.put(name, sum[0] / sum[1]));
    out.putAll(totals);
    out.putAll(minima);
    out.putAll(maxima);
    return out;
  }

  /**
   * Everything, for checkpoints.
   *
   * @param sums sum and weight
   * @param totals sums of the metrics that are added up
   * @param minima smallest values so far
   * @param maxima largest values so far
   */
  public record State(
      Map<String, double[]> sums,
      Map<String, Double> totals,
      Map<String, Double> minima,
      Map<String, Double> maxima) {}

  /** {@return what has come together so far, for {@link #restored}} */
  public State state() {
    Map<String, double[]> copies = new LinkedHashMap<>();
    sums.forEach((name, sum) -> copies.put(name, sum.clone()));
    return new State(
        copies,
        new LinkedHashMap<>(totals),
        new LinkedHashMap<>(minima),
        new LinkedHashMap<>(maxima));
  }

  /**
   * Goes on from a saved state.
   *
   * @param state that {@link #state} gave
   * @return sums that go on from it
   */
  public static MetricSums restored(State state) {
    MetricSums out = new MetricSums();
    state.sums().forEach(out::addSum);
    out.totals.putAll(state.totals());
    out.minima.putAll(state.minima());
    out.maxima.putAll(state.maxima());
    return out;
  }
}
