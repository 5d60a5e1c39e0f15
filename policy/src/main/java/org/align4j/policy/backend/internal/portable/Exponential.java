package org.align4j.policy.backend.internal.portable;

/**
 * The exponential of an array. {@code Math.exp} is a call for every element; the polynomial here is
 * a loop that the JVM's compiler turns into vectors. What it cannot, bits of floats as integers, is
 * a loop of its own.
 */
final class Exponential {
  private static final float LOG2_E = 1.442695f;

  /** ln 2 in two parts; the first has so few bits that its multiples are exact. */
  private static final float LN2_HIGH = 355f / 512;

  private static final float LN2_LOW = -2.1219444e-4f;

  /** Adding 1.5 · 2²³ rounds to an integer and leaves it in the lowest bits. */
  private static final float ROUND = 12582912f;

  private static final int MANTISSA_BITS = 23;

  /** Beyond these the exponent leaves its range; what is clamped is 0 or infinite for any use. */
  private static final float LOWEST = -86.5f;

  private static final float HIGHEST = 88f;

  private Exponential() {}

  /**
   * x = exp(factor · x - shift) for n elements: eˣ = 2ⁿ · eʳ with |r| ≤ ln 2 / 2, eʳ by its series
   * to r⁷/7!.
   *
   * @param powers overwritten; at least n elements
   */
  static void of(float[] x, int at, int n, float factor, float shift, float[] powers) {
    mantissas(x, at, n, factor, shift, powers);
    for (int j = 0; j < n; j++) {
      int power = Float.floatToRawIntBits(powers[j]) << MANTISSA_BITS;
      x[at + j] = Float.intBitsToFloat(Float.floatToRawIntBits(x[at + j]) + power);
    }
  }

  private static void mantissas(
      float[] x, int at, int n, float factor, float shift, float[] powers) {
    for (int j = 0; j < n; j++) {
      float clamped = Math.min(HIGHEST, Math.max(LOWEST, factor * x[at + j] - shift));
      float rounded = clamped * LOG2_E + ROUND;
      float whole = rounded - ROUND;
      float r = clamped - whole * LN2_HIGH - whole * LN2_LOW;
      float e = 1f / 5040 * r + 1f / 720;
      e = e * r + 1f / 120;
      e = e * r + 1f / 24;
      e = e * r + 1f / 6;
      e = e * r + 0.5f;
      e = e * r + 1;
      e = e * r + 1;
      x[at + j] = e;
      powers[j] = rounded;
    }
  }
}
