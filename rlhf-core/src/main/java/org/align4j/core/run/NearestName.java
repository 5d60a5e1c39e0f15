package org.align4j.core.run;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that somebody who misspelt one is likely to have meant. */
final class NearestName {
  /** One edit in so many characters is taken for a slip. */
  private static final int CHARACTERS_AN_EDIT = 3;

  private NearestName() {}

  /** The name with the fewest edits to {@code given}, if they are few enough for its length. */
  static Optional<String> of(String given, Collection<String> names) {
    int most = Math.max(1, given.length() / CHARACTERS_AN_EDIT);
    return names.stream()
        .filter(name -> edits(given, name) <= most)
        .min(Comparator.comparingInt(name -> edits(given, name)));
  }

  /** Insertions, deletions, substitutions and swaps of neighbours from one text to the other. */
  private static int edits(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int substituted = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(substituted, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        cost[i][j] = swapped ? Math.min(best, 1 + cost[i - 2][j - 2]) : best;
      }
    }
    return cost[a.length()][b.length()];
  }
}
