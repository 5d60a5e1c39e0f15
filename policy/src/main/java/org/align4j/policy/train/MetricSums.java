package org.align4j.policy.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** Weighted means of metrics over micro-batches and steps. */
public final class MetricSums {
  private final Map<String, double[]> sums = new LinkedHashMap<>();

  /** Adds a mean that was taken over {@code weight} items. */
  public void add(String name, double mean, double weight) {
    double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
    sum[0] += mean * weight;
    sum[1] += weight;
  }

  /** Adds all means with one weight. */
  public void addAll(Map<String, Double> means, double weight) {
    means.forEach((name, mean) -> add(name, mean, weight));
  }

  /** The means so far. */
  public Map<String, Double> means() {
    Map<String, Double> out = new LinkedHashMap<>();
    sums.forEach((name, sum) -> out.put(name, sum[0] / sum[1]));
    return out;
  }
}
