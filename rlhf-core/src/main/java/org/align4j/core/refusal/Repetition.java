package org.align4j.core.refusal;

import java.util.HashSet;
import java.util.Set;

/**
 * Tells texts that go round in circles: one character over and over, or the same few words. Lists,
 * code and parallel sentences repeat words too, but not without change.
 */
final class Repetition {
  /** A run of one character is a loop from this share of the text on, if it is this long. */
  private static final double RUN_SHARE = 0.5;

  private static final int RUN_LENGTH = 20;

  /** The longest cycle that is looked for, in words. */
  private static final int LONGEST_CYCLE = 40;

  /** So often the words must come round, so many they must be, and so much of the text. */
  private static final int ROUNDS = 4;

  private static final int SHORTEST_LOOP = 12;
  private static final double LOOP_SHARE = 0.5;

  /** Texts with more different triples of words than this hold no loop of that size. */
  private static final double VARIED = 0.7;

  private Repetition() {}

  static boolean loops(AnswerWords words, int characters) {
    if (words.longestRun >= RUN_SHARE && words.longestRun * characters >= RUN_LENGTH) {
      return true;
    }
    int[] hashes = words.hashes;
    if (hashes.length < SHORTEST_LOOP || varied(hashes)) {
      return false;
    }
    for (int cycle = 1; cycle <= Math.min(LONGEST_CYCLE, hashes.length / ROUNDS); cycle++) {
      int looped = cycle + longestMatch(hashes, cycle);
      if (looped >= Math.max(SHORTEST_LOOP, ROUNDS * cycle)
          && looped >= LOOP_SHARE * hashes.length) {
        return true;
      }
    }
    return false;
  }

  private static boolean varied(int[] hashes) {
    Set<Integer> triples = new HashSet<>();
    for (int i = 0; i + 3 <= hashes.length; i++) {
      triples.add((31 * hashes[i] + hashes[i + 1]) * 31 + hashes[i + 2]);
    }
    return triples.size() > VARIED * hashes.length;
  }

  /** The longest run of words each equal to the one a cycle before. */
  private static int longestMatch(int[] hashes, int cycle) {
    int longest = 0;
    int run = 0;
    for (int i = cycle; i < hashes.length; i++) {
      run = hashes[i] == hashes[i - cycle] ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
