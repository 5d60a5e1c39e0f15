package org.align4j.policy.synth;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The requests seen so far. Two have the same words if they differ in case and punctuation alone;
 * two are near each other by the Jaccard index of their sets of words, |A ∩ B| / |A ∪ B|.
 */
final class SeenRequests {
  private final double overlap;
  private final Set<List<String>> exact = new HashSet<>();
  private final List<Integer> sizes = new ArrayList<>();
  private final Map<String, List<Integer>> withWord = new HashMap<>();

  /**
   * Remembers nothing yet.
   *
   * @param overlap Jaccard index from which on two requests are near each other, in (0, 1]
   */
  SeenRequests(double overlap) {
    this.overlap = overlap;
  }

  /** Why a request is not new; if it is, nothing, and it is remembered. */
  Optional<Rejection> add(String text) {
    List<String> words = RequestWords.of(text);
    if (exact.contains(words)) {
      return Optional.of(Rejection.DUPLICATE);
    }
    Set<String> set = new HashSet<>(words);
    if (isNear(set)) {
      return Optional.of(Rejection.NEAR_DUPLICATE);
    }
    exact.add(words);
    set.forEach(word -> withWord.computeIfAbsent(word, w -> new ArrayList<>()).add(sizes.size()));
    sizes.add(set.size());
    return Optional.empty();
  }

  private boolean isNear(Set<String> words) {
    int[] shared = new int[sizes.size()];
    for (String word : words) {
      for (int index : withWord.getOrDefault(word, List.of())) {
        shared[index]++;
      }
    }
    for (int i = 0; i < shared.length; i++) {
      if (shared[i] > 0 && shared[i] >= overlap * (words.size() + sizes.get(i) - shared[i])) {
        return true;
      }
    }
    return false;
  }
}
