package org.align4j.policy.text;

/** Text to token ids and back; ids are those of the model's embedding. */
public interface Tokenizer {

  /** Ids of a text. Special tokens written in the text are recognised, none are added. */
  int[] encode(String text);

  /** Ids that the tokenizer puts before raw text, such as that of {@code <s>}; often none. */
  default int[] beginning() {
    return new int[0];
  }

  /** Text of ids, special tokens left out. */
  String decode(int[] ids);

  /** Text of ids, special tokens kept. */
  String decodeWithSpecialTokens(int[] ids);
}
