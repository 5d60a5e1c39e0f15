package org.align4j.policy.online;

import org.align4j.policy.text.Tokenizer;

/** For tests whose reward functions see no text. */
final class NoText implements Tokenizer {
  @Override
  public int[] encode(String text) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String decode(int[] ids) {
    return "";
  }

  @Override
  public String decodeWithSpecialTokens(int[] ids) {
    return "";
  }
}
