package org.align4j.reward.encoder;

import java.util.List;

/**
 * Turns texts into vectors, one a token. It is not trained: only heads on it are.
 *
 * <p>Whoever makes an encoder closes it; several reward models may share one.
 */
public interface TokenEncoder extends AutoCloseable {

  /** {@return components of a vector} */
  int dimension();

  /**
   * The states of every token of each text.
   *
   * @param texts at least one
   * @param end which end of a text that is too long for the encoder is kept
   * @return {@code [token][component]} for each text, in order; at least one token a text
   */
  List<float[][]> encode(List<String> texts, End end);

  /** Releases native memory; an encoder without any does nothing. */
  @Override
  default void close() {}

  /** An end of a text. */
  enum End {
    /** Of an answer: how it begins. */
    FIRST,
    /** Of a conversation: what was said last. */
    LAST
  }
}
