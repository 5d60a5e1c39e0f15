package org.align4j.policy.synth;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Tells texts that repeat themselves: one character eight times running, a word three times
 * running, the same three words three times, or, in texts of more than ten words, fewer different
 * words than half of them.
 */
final class DegenerateText implements Predicate<String> {
  private static final int CHARACTER_RUN = 8;
  private static final int REPEATS = 3;
  private static final int SHORT = 10;
  private static final double DIFFERENT = 0.5;

  @Override
  public boolean test(String text) {
    List<String> words = RequestWords.of(text);
    return longestRun(text.strip().chars().boxed().toList()) >= CHARACTER_RUN
        || longestRun(words) >= REPEATS
        || mostFrequentTriple(words) >= REPEATS
        || (words.size() > SHORT && new HashSet<>(words).size() < DIFFERENT * words.size());
  }

  private static int longestRun(List<?> items) {
    int longest = 0;
    int run = 0;
    for (int i = 0; i < items.size(); i++) {
      run = i > 0 && items.get(i).equals(items.get(i - 1)) ? run + 1 : 1;
      longest = Math.max(longest, run);
    }
    return longest;
  }

  private static int mostFrequentTriple(List<String> words) {
    Map<List<String>, Integer> counts = new HashMap<>();
    int most = 0;
    for (int i = 0; i + 3 <= words.size(); i++) {
      most = Math.max(most, counts.merge(List.copyOf(words.subList(i, i + 3)), 1, Integer::sum));
    }
    return most;
  }
}
