package org.align4j.policy.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/** Hugging Face's own tokenizer library, through DJL's binding. */
public final class HuggingFaceTokenizers implements Tokenizer, AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final int[] beginning;

  static {
    // DJL would look for newer natives and report usage otherwise.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  /**
   * Loads a {@code tokenizer.json}.
   *
   * @param source where it came from, for messages
   * @param json the file's bytes, UTF-8
   * @throws IllegalArgumentException names the source and what is wrong
   * @throws IllegalStateException if the library has no build for this platform
   */
  public HuggingFaceTokenizers(String source, byte[] json) {
    TokenizerJson.Checked checked = TokenizerJson.checked(source, json);
    requireLibrary();
    beginning = checked.beginning();
    try {
      tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(checked.json()),
              Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          source + ": not a usable tokenizer.json: " + e.getMessage(), e);
    }
  }

  private static void requireLibrary() {
    try {
      LibUtils.checkStatus();
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalStateException(
          "Hugging Face's tokenizers cannot be loaded on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + e.getMessage()
              + " (docs/platforms.md lists the platforms that have them)",
          e);
    }
  }

  @Override
  public int[] encode(String text) {
    long[] ids = tokenizer.encode(text, false, false).getIds();
    int[] out = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      out[i] = Math.toIntExact(ids[i]);
    }
    return out;
  }

  /** What its post-processor puts before a text. */
  @Override
  public int[] beginning() {
    return beginning.clone();
  }

  @Override
  public String decode(int[] ids) {
    return decode(ids, true);
  }

  @Override
  public String decodeWithSpecialTokens(int[] ids) {
    return decode(ids, false);
  }

  private String decode(int[] ids, boolean skipSpecial) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    return tokenizer.decode(wide, skipSpecial);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
