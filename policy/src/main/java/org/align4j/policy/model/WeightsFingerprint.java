package org.align4j.policy.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.align4j.policy.backend.Tensor;

/** SHA-256 of a model's weights, names and values; an adapter that is not merged does not count. */
public final class WeightsFingerprint {
  private WeightsFingerprint() {}

  /**
   * {@return the fingerprint in hexadecimal digits}
   *
   * @param model is read, not changed
   */
  public static String of(DecoderTransformer model) {
    MessageDigest whole = sha256();
    model.showWeights((name, values) -> whole.update(digest(name, values)));
    return HexFormat.of().formatHex(whole.digest());
  }

  /**
   * {@return the fingerprint of what {@link LanguageModel.Mode#REFERENCE} computes with}
   *
   * @param model is read, not changed
   */
  public static String ofReference(DecoderTransformer model) {
    MessageDigest whole = sha256();
    model.showWeights((name, values) -> whole.update(digest(name, values)));
    model.showReferenceAdapter((name, values) -> whole.update(digest(name, values)));
    return HexFormat.of().formatHex(whole.digest());
  }

  /** The fingerprint of the adapter in the reference, empty if there is none. */
  static String ofReferenceAdapter(DecoderTransformer model) {
    MessageDigest whole = sha256();
    boolean[] any = new boolean[1];
    model.showReferenceAdapter(
        (name, values) -> {
          any[0] = true;
          whole.update(digest(name, values));
        });
    return any[0] ? HexFormat.of().formatHex(whole.digest()) : "";
  }

  private static byte[] digest(String name, Tensor values) {
    MessageDigest digest = sha256();
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    float[] row = new float[values.columns()];
    ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES);
    for (int r = 0; r < values.rows(); r++) {
      values.readRow(r, row, 0);
      bytes.asFloatBuffer().put(row);
      digest.update(bytes.array());
    }
    return digest.digest();
  }

  /** {@return a digest that every Java platform has} */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Adds numbers with their count, so that lists that follow each other cannot be confused.
   *
   * @param digest takes the numbers
   * @param numbers in this order
   */
  public static void update(MessageDigest digest, int[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate((numbers.length + 1) * Integer.BYTES);
    bytes.putInt(numbers.length);
    bytes.asIntBuffer().put(numbers);
    digest.update(bytes.array());
  }
}
