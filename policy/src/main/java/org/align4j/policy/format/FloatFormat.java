package org.align4j.policy.format;

import java.nio.ByteBuffer;

/** Widening of 16-bit floating-point numbers. */
final class FloatFormat {
  private FloatFormat() {}

  /** IEEE half precision, subnormals and infinities included. */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> 10) & 0x1f;
    int mantissa = bits & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (mantissa << 13));
    }
    if (exponent == 0) {
      float magnitude = mantissa * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (mantissa << 13));
  }

  /** bfloat16: the upper half of a float32. */
  static float bfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  static float half(ByteBuffer data, int at) {
    return half(data.getShort(at));
  }
}
