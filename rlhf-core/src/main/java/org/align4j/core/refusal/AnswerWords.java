package org.align4j.core.refusal;

import java.util.Arrays;

/** An answer as the numbers of its words in a {@link Lexicon}, sentence by sentence. */
final class AnswerWords {
  /** Each word's number; {@link Lexicon#OTHER} if no phrase names it, END after a sentence. */
  final int[] ids;

  /** The index of each word's sentence. */
  final int[] sentence;

  /** How many words stand before each; contractions are one word of two numbers. */
  final int[] word;

  /** Whether each word stands in quotation marks. */
  final boolean[] quoted;

  /** A hash of each written word, in order. */
  final int[] hashes;

  final int sentences;
  final int words;

  /** Lines that begin with a number or a bullet. */
  final int listItems;

  /** The share of the text that its longest run of one character takes. */
  final double longestRun;

  AnswerWords(WordReader.Pass pass) {
    ids = Arrays.copyOf(pass.ids, pass.size);
    sentence = pass.sentence;
    word = pass.word;
    quoted = pass.quoted;
    hashes = Arrays.copyOf(pass.hashes, pass.words);
    sentences = pass.sentences;
    words = pass.words;
    listItems = pass.listItems;
    longestRun = (double) pass.longestRun / Math.max(1, pass.text.length());
  }

  int size() {
    return ids.length;
  }
}
