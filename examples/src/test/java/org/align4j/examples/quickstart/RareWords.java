package org.align4j.examples.quickstart;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How near texts are to each other by the rare words that they share: the cosine of their word sets
 * weighted by idf = log(texts / texts with the word), that is, the sum of idf² over the shared
 * words over the geometric mean of the two texts' own sums. Word endings are cut off.
 */
final class RareWords {
  /** Below this many words that are not everywhere, one shared word would be all. */
  private static final int ENOUGH = 3;

  /** A word in a larger share of the texts than this says nothing. */
  private static final double EVERYWHERE = 0.02;

  private static final List<String> ENDINGS = List.of("ing", "ies", "ed", "s");
  private static final int STEM = 4;

  private final List<Set<String>> texts;
  private final Map<String, Double> weights = new HashMap<>();
  private final double[] sums;

  RareWords(List<String> texts) {
    this.texts = texts.stream().map(RareWords::stems).toList();
    Map<String, Integer> counts = new HashMap<>();
    this.texts.forEach(words -> words.forEach(word -> counts.merge(word, 1, Integer::sum)));
    counts.forEach(
        (word, count) -> {
          if (count <= Math.max(2, EVERYWHERE * texts.size())) {
            weights.put(word, Math.pow(Math.log((double) texts.size() / count), 2));
          }
        });
    this.texts.forEach(words -> words.retainAll(weights.keySet()));
    sums = this.texts.stream().mapToDouble(this::sum).toArray();
  }

  /** In [0, 1]; 0 for texts with fewer than three rare words. */
  double overlap(int i, int j) {
    Set<String> a = texts.get(i);
    Set<String> b = texts.get(j);
    if (a.size() < ENOUGH || b.size() < ENOUGH) {
      return 0;
    }
    Set<String> shared = new HashSet<>(a);
    shared.retainAll(b);
    return sum(shared) / Math.sqrt(sums[i] * sums[j]);
  }

  private double sum(Set<String> words) {
    return words.stream().mapToDouble(weights::get).sum();
  }

  /** The words in lower case, without punctuation. */
  static List<String> words(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replaceAll("['\u2019]", "");
    return Arrays.stream(plain.split("[^\\p{L}\\p{M}\\p{N}]+"))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static Set<String> stems(String text) {
    Set<String> out = new HashSet<>();
    for (String word : words(text)) {
      out.add(
          ENDINGS.stream()
              .filter(end -> word.endsWith(end) && word.length() - end.length() >= STEM)
              .findFirst()
              .map(end -> word.substring(0, word.length() - end.length()))
              .orElse(word));
    }
    return out;
  }
}
