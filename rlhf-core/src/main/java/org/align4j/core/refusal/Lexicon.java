package org.align4j.core.refusal;

import java.util.Arrays;
import java.util.Collection;

/**
 * Numbers the words that phrases name. Look-ups take characters, not strings: nothing is allocated.
 */
final class Lexicon {
  /** The end of a sentence. */
  static final int END = 0;

  /** A word that no phrase names. */
  static final int OTHER = 1;

  private static final int FIRST = 2;
  private final char[][] words;
  private final int[] slots;

  Lexicon(Collection<String> named) {
    words = new char[FIRST + named.size()][];
    slots = new int[Integer.highestOneBit(named.size()) * 8];
    int next = FIRST;
    for (String word : named) {
      char[] letters = word.toCharArray();
      if (id(letters, letters.length) != OTHER) {
        throw new IllegalArgumentException("the word \"" + word + "\" is named twice");
      }
      words[next] = letters;
      int slot = slot(letters, letters.length);
      while (slots[slot] != 0) {
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = next++;
    }
  }

  /** How many numbers there are, END and OTHER included. */
  int size() {
    return words.length;
  }

  /** The number of a word, or OTHER. */
  int id(char[] letters, int length) {
    int slot = slot(letters, length);
    while (slots[slot] != 0) {
      char[] word = words[slots[slot]];
      if (Arrays.equals(word, 0, word.length, letters, 0, length)) {
        return slots[slot];
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return OTHER;
  }

  int id(String word) {
    return id(word.toCharArray(), word.length());
  }

  private int slot(char[] letters, int length) {
    int hash = 0;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + letters[i];
    }
    return (hash ^ (hash >>> 15)) & (slots.length - 1);
  }
}
