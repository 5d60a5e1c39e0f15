package org.align4j.policy.backend;

import java.util.Arrays;
import java.util.List;
import org.align4j.core.ConfigurationException;

/**
 * The numbers in which products with frozen weights are computed. Sums are float32 in both, and so
 * are trained weights, activations, norms, attention and losses.
 */
public enum Precision {
  /** IEEE single precision. */
  FLOAT32("float32", Float.BYTES),
  /**
   * Weights and inputs of a product are rounded to 8 significant bits; half the bytes, twice the
   * speed.
   */
  BFLOAT16("bfloat16", Short.BYTES);

  private final String label;
  private final int bytes;

  Precision(String label, int bytes) {
    this.label = label;
    this.bytes = bytes;
  }

  /** {@return bytes of a packed weight} */
  public int bytes() {
    return bytes;
  }

  /** {@return the name that transformers gives it} */
  public String label() {
    return label;
  }

  /**
   * {@return a precision by {@link #label}}
   *
   * @param label such as {@code float32}
   * @throws org.align4j.core.ConfigurationException for any other text
   */
  public static Precision of(String label) {
    for (Precision precision : values()) {
      if (precision.label.equals(label)) {
        return precision;
      }
    }
    List<String> known = Arrays.stream(values()).map(Precision::label).toList();
    throw new ConfigurationException("dtype is \"" + label + "\"; expected one of " + known);
  }

  @Override
  public String toString() {
    return label;
  }
}
