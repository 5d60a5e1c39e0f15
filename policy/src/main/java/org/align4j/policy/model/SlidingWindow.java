package org.align4j.policy.model;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Layers whose queries see a limited number of keys (Beltagy et al. 2020, arXiv 2004.05150); the
 * others see all.
 *
 * @param keys that a query sees, itself included; 0 = no layer is limited
 * @param layers the limited ones
 */
public record SlidingWindow(int keys, Set<Integer> layers) {
  /** No layer is limited. */
  public static final SlidingWindow NONE = new SlidingWindow(0, Set.of());

  /**
   * Keeps a copy.
   *
   * @param keys that a query sees, itself included; 0 = no layer is limited
   * @param layers the limited ones
   */
  public SlidingWindow {
    layers = Set.copyOf(layers);
    if (keys < 0 || (keys == 0 && !layers.isEmpty())) {
      throw new IllegalArgumentException("sliding_window must be positive, got " + keys);
    }
  }

  /**
   * {@return the layers from {@code first} to {@code end} - 1 are limited}
   *
   * @param keys that a query of such a layer sees, its own included, &gt; 0
   * @param first first limited layer, from 0
   * @param end one more than the last
   */
  public static SlidingWindow of(int keys, int first, int end) {
    return new SlidingWindow(
        keys, IntStream.range(first, end).boxed().collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * {@return keys that a query of a layer sees; 0 = all}
   *
   * @param layer from 0
   */
  public int of(int layer) {
    return layers.contains(layer) ? keys : 0;
  }
}
