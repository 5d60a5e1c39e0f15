package org.align4j.reward.encoder;

import java.util.List;

/** Turns texts into vectors of one length whose distance tells how alike the texts are. */
public interface SentenceEncoder {

  /** Components of a vector. */
  int dimension();

  /** One vector a text. */
  List<float[]> encode(List<String> texts);
}
