package org.align4j.policy.format;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.align4j.policy.backend.QuantizedRow;

/**
 * Storage types of GGUF tensors and their expansion to float32. A block of a quantised type holds
 * scales and packed integers; the layouts are those of ggml's {@code block_*} structs.
 */
enum GgmlType {
  F32(0, 4) {
    @Override
    float value(ByteBuffer data, int at) {
      return data.getFloat(at);
    }
  },
  F16(1, 2) {
    @Override
    float value(ByteBuffer data, int at) {
      return FloatFormat.half(data, at);
    }
  },
  BF16(30, 2) {
    @Override
    float value(ByteBuffer data, int at) {
      return FloatFormat.bfloat16(data.getShort(at));
    }
  },
  /** x = d · (q - 8), 4 bits. */
  Q4_0(2, 32, 18, 4, 32) {
    @Override
    void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
      float d = FloatFormat.half(data, at);
      row.scale(to, 32, d, -8 * d);
      nibbles(data, at + 2, 16, row.integers(), to, to + 16);
    }
  },
  /** x = d · q + m, 4 bits. */
  Q4_1(3, 32, 20, 4, 32) {
    @Override
    void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
      row.scale(to, 32, FloatFormat.half(data, at), FloatFormat.half(data, at + 2));
      nibbles(data, at + 4, 16, row.integers(), to, to + 16);
    }
  },
  /** x = d · (q - 16), 5 bits, the fifth in a word of its own. */
  Q5_0(6, 32, 22, 8, 32) {
    @Override
    void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
      float d = FloatFormat.half(data, at);
      row.scale(to, 32, d, -16 * d);
      nibbles(data, at + 6, 16, row.integers(), to, to + 16);
      fifthBits(data.getInt(at + 2), row.integers(), to);
    }
  },
  /** x = d · q + m, 5 bits. */
  Q5_1(7, 32, 24, 8, 32) {
    @Override
    void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
      row.scale(to, 32, FloatFormat.half(data, at), FloatFormat.half(data, at + 2));
      nibbles(data, at + 8, 16, row.integers(), to, to + 16);
      fifthBits(data.getInt(at + 4), row.integers(), to);
    }
  },
  /** x = d · q, 8 bits. */
  Q8_0(8, 32, 34, 8, 32) {
    @Override
    void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
      row.scale(to, 32, FloatFormat.half(data, at), 0);
      data.get(at + 2, row.integers(), to, 32);
    }
  },
  /** Eight sub-blocks of 32 with 6-bit scales and minima. */
  Q4_K(12, 256, 144, 4, 32) {
    @Override
    void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
      scales(data, at, row, to);
      for (int pair = 0; pair < 4; pair++) {
        int first = to + 64 * pair;
        nibbles(data, at + 16 + 32 * pair, 32, row.integers(), first, first + 32);
      }
    }
  },
  /** As Q4_K with a fifth bit. */
  Q5_K(13, 256, 176, 8, 32) {
    @Override
    void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
      scales(data, at, row, to);
      for (int pair = 0; pair < 4; pair++) {
        int first = to + 64 * pair;
        nibbles(data, at + 48 + 32 * pair, 32, row.integers(), first, first + 32);
      }
      for (int i = 0; i < 32; i++) {
        int bits = data.get(at + 16 + i);
        for (int sub = 0; sub < 8; sub++) {
          row.integers()[to + 32 * sub + i] |= (byte) (((bits >> sub) & 1) << 4);
        }
      }
    }
  },
  /** Sixteen sub-blocks of 16 with 8-bit scales; x = d · scale · (q - 32), 6 bits. */
  Q6_K(14, 256, 210, 8, 16) {
    @Override
    void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
      float d = FloatFormat.half(data, at + 208);
      for (int sub = 0; sub < 16; sub++) {
        row.scale(to + 16 * sub, 16, d * data.get(at + 192 + sub), 0);
      }
      for (int half = 0; half < 2; half++) {
        int first = to + 128 * half;
        nibbles(data, at + 64 * half, 64, row.integers(), first, first + 64);
        for (int i = 0; i < 32; i++) {
          int bits = data.get(at + 128 + 32 * half + i);
          for (int k = 0; k < 4; k++) {
            int element = first + 32 * k + i;
            int high = (bits >> (2 * k) & 3) << 4;
            row.integers()[element] = (byte) ((row.integers()[element] | high) - 32);
          }
        }
      }
    }
  };

  final int id;
  final int blockElements;
  final int blockBytes;

  /** 4 or 8 where integers hold the weights, otherwise 0. */
  final int bits;

  /** Elements that share a scale. */
  final int run;

  GgmlType(int id, int bytes) {
    this(id, 1, bytes, 0, 1);
  }

  GgmlType(int id, int blockElements, int blockBytes, int bits, int run) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
    this.bits = bits;
    this.run = run;
  }

  static Optional<GgmlType> of(int id) {
    return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
  }

  boolean quantized() {
    return bits > 0;
  }

  /** The element at byte {@code at} of a type that is not quantised. */
  float value(ByteBuffer data, int at) {
    throw new IllegalStateException(this + " is quantised");
  }

  /**
   * Unpacks the block at byte {@code at} of a quantised type.
   *
   * @param to its first element
   */
  void unpack(ByteBuffer data, int at, QuantizedRow row, int to) {
    throw new IllegalStateException(this + " is not quantised");
  }

  /** Unpacks a row of blocks of a quantised type that starts at byte {@code at}. */
  void unpackRow(ByteBuffer data, int at, QuantizedRow row) {
    int block = at;
    for (int to = 0; to < row.integers().length; to += blockElements, block += blockBytes) {
      unpack(data, block, row, to);
    }
  }

  /**
   * Expands a row that starts at byte {@code at}.
   *
   * @param scratch for the integers of a quantised type, as long as the row
   */
  void expandRow(ByteBuffer data, int at, QuantizedRow scratch, float[] out) {
    if (quantized()) {
      unpackRow(data, at, scratch);
      scratch.expand(out);
      return;
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = value(data, at + i * blockBytes);
    }
  }

  /** Low halves of some bytes to one place, high halves to another. */
  private static void nibbles(ByteBuffer data, int at, int count, byte[] out, int low, int high) {
    for (int i = 0; i < count; i++) {
      int packed = data.get(at + i);
      out[low + i] = (byte) (packed & 15);
      out[high + i] = (byte) (packed >> 4 & 15);
    }
  }

  private static void fifthBits(int bits, byte[] out, int at) {
    for (int i = 0; i < 32; i++) {
      out[at + i] |= (byte) ((bits >>> i & 1) << 4);
    }
  }

  /** Scales of Q4_K and Q5_K: x = d · scale · q - min · minimum. */
  private static void scales(ByteBuffer data, int at, QuantizedRow row, int to) {
    float d = FloatFormat.half(data, at);
    float min = FloatFormat.half(data, at + 2);
    for (int sub = 0; sub < 8; sub++) {
      float offset = -min * minimum(data, at + 4, sub);
      row.scale(to + 32 * sub, 32, d * scale(data, at + 4, sub), offset);
    }
  }

  /** 6-bit scale of a K-quant sub-block: the first four whole, the rest in two pieces. */
  private static int scale(ByteBuffer data, int at, int sub) {
    return sub < 4
        ? data.get(at + sub) & 63
        : (data.get(at + sub + 4) & 15) | ((data.get(at + sub - 4) & 0xff) >> 6) << 4;
  }

  private static int minimum(ByteBuffer data, int at, int sub) {
    return sub < 4
        ? data.get(at + sub + 4) & 63
        : ((data.get(at + sub + 4) & 0xff) >> 4) | ((data.get(at + sub) & 0xff) >> 6) << 4;
  }
}
