package org.align4j.policy.text;

/** Text to token ids and back; ids are those of the model's embedding. */
public interface Tokenizer {

  /**
   * {@return ids of a text} Special tokens written in the text are recognised, none are added.
   *
   * @param text any text
   */
  int[] encode(String text);

  /**
   * {@return ids that the tokenizer puts before raw text, such as that of {@code <s>}; often none}
   */
  default int[] beginning() {
    return new int[0];
  }

  /**
   * {@return text of ids, special tokens left out}
   *
   * @param ids of the vocabulary
   */
  String decode(int[] ids);

  /**
   * {@return text of ids, special tokens kept}
   *
   * @param ids of the vocabulary
   */
  String decodeWithSpecialTokens(int[] ids);
}
