package org.align4j.core.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/** Weighted means, sums, minima and maxima of metrics over micro-batches and steps. */
public final class MetricSums {
  private final Map<String, double[]> sums = new LinkedHashMap<>();
  private final Map<String, Double> totals = new LinkedHashMap<>();
  private final Map<String, Double> minima = new LinkedHashMap<>();
  private final Map<String, Double> maxima = new LinkedHashMap<>();

  /** Adds a mean that was taken over {@code weight} items; nothing if there were none. */
  public void add(String name, double mean, double weight) {
    if (weight > 0) {
      double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
      sum[0] += mean * weight;
      sum[1] += weight;
    }
  }

  /** Adds all means with one weight. */
  public void addAll(Map<String, Double> means, double weight) {
    means.forEach((name, mean) -> add(name, mean, weight));
  }

  /** Adds to a sum. */
  public void sum(String name, double value) {
    totals.merge(name, value, Double::sum);
  }

  /** Takes a value into a minimum. */
  public void min(String name, double value) {
    minima.merge(name, value, Math::min);
  }

  /** Takes a value into a maximum. */
  public void max(String name, double value) {
    maxima.merge(name, value, Math::max);
  }

  /** Adds everything that another collection holds. */
  public void merge(MetricSums other) {
    other.sums.forEach((name, sum) -> add(name, sum[0] / sum[1], sum[1]));
    other.totals.forEach(this::sum);
    other.minima.forEach(this::min);
    other.maxima.forEach(this::max);
  }

  /** What has come together so far, by name. */
  public Map<String, Double> means() {
    Map<String, Double> out = new LinkedHashMap<>();
    sums.forEach((name, sum) -> out.put(name, sum[0] / sum[1]));
    out.putAll(totals);
    out.putAll(minima);
    out.putAll(maxima);
    return out;
  }
}
