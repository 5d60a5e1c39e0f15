package org.align4j.reward.encoder;

import java.util.List;

/** Turns texts into vectors, one a token; it stays as it is while heads on it are trained. */
public interface TokenEncoder {

  /** Components of a vector. */
  int dimension();

  /**
   * States of every token of each text, {@code [token][component]}; at least one token a text.
   *
   * @param end which end of a text that is too long for the encoder is kept
   */
  List<float[][]> encode(List<String> texts, End end);

  /** An end of a text. */
  enum End {
    /** Of an answer: how it begins. */
    FIRST,
    /** Of a conversation: what was said last. */
    LAST
  }
}
