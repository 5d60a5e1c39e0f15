package org.align4j.policy.format;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Storage types of GGUF tensors and their expansion to float32. A block of a quantised type holds
 * scales and packed integers; the layouts are those of ggml's {@code block_*} structs.
 */
enum GgmlType {
  F32(0, 1, 4) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      out[to] = data.getFloat(at);
    }
  },
  F16(1, 1, 2) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      out[to] = FloatFormat.half(data, at);
    }
  },
  BF16(30, 1, 2) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      out[to] = FloatFormat.bfloat16(data.getShort(at));
    }
  },
  /** x = d · (q - 8), 4 bits. */
  Q4_0(2, 32, 18) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      float d = FloatFormat.half(data, at);
      for (int i = 0; i < 16; i++) {
        int packed = data.get(at + 2 + i) & 0xff;
        out[to + i] = d * ((packed & 15) - 8);
        out[to + 16 + i] = d * ((packed >> 4) - 8);
      }
    }
  },
  /** x = d · q + m, 4 bits. */
  Q4_1(3, 32, 20) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      float d = FloatFormat.half(data, at);
      float m = FloatFormat.half(data, at + 2);
      for (int i = 0; i < 16; i++) {
        int packed = data.get(at + 4 + i) & 0xff;
        out[to + i] = d * (packed & 15) + m;
        out[to + 16 + i] = d * (packed >> 4) + m;
      }
    }
  },
  /** x = d · (q - 16), 5 bits, the fifth in a word of its own. */
  Q5_0(6, 32, 22) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      float d = FloatFormat.half(data, at);
      int high = data.getInt(at + 2);
      for (int i = 0; i < 16; i++) {
        int packed = data.get(at + 6 + i) & 0xff;
        out[to + i] = d * (((packed & 15) | ((high >>> i) & 1) << 4) - 16);
        out[to + 16 + i] = d * (((packed >> 4) | ((high >>> (i + 16)) & 1) << 4) - 16);
      }
    }
  },
  /** x = d · q + m, 5 bits. */
  Q5_1(7, 32, 24) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      float d = FloatFormat.half(data, at);
      float m = FloatFormat.half(data, at + 2);
      int high = data.getInt(at + 4);
      for (int i = 0; i < 16; i++) {
        int packed = data.get(at + 8 + i) & 0xff;
        out[to + i] = d * ((packed & 15) | ((high >>> i) & 1) << 4) + m;
        out[to + 16 + i] = d * ((packed >> 4) | ((high >>> (i + 16)) & 1) << 4) + m;
      }
    }
  },
  /** x = d · q, 8 bits. */
  Q8_0(8, 32, 34) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      float d = FloatFormat.half(data, at);
      for (int i = 0; i < 32; i++) {
        out[to + i] = d * data.get(at + 2 + i);
      }
    }
  },
  /** Eight sub-blocks of 32 with 6-bit scales and minima. */
  Q4_K(12, 256, 144) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      float d = FloatFormat.half(data, at);
      float min = FloatFormat.half(data, at + 2);
      for (int pair = 0; pair < 4; pair++) {
        int quants = at + 16 + 32 * pair;
        for (int side = 0; side < 2; side++) {
          int sub = 2 * pair + side;
          float scale = d * scale(data, at + 4, sub);
          float offset = min * minimum(data, at + 4, sub);
          for (int i = 0; i < 32; i++) {
            int q = ((data.get(quants + i) & 0xff) >> (4 * side)) & 15;
            out[to + 32 * sub + i] = scale * q - offset;
          }
        }
      }
    }
  },
  /** As Q4_K with a fifth bit. */
  Q5_K(13, 256, 176) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      float d = FloatFormat.half(data, at);
      float min = FloatFormat.half(data, at + 2);
      for (int pair = 0; pair < 4; pair++) {
        int quants = at + 48 + 32 * pair;
        for (int side = 0; side < 2; side++) {
          int sub = 2 * pair + side;
          float scale = d * scale(data, at + 4, sub);
          float offset = min * minimum(data, at + 4, sub);
          for (int i = 0; i < 32; i++) {
            int high = ((data.get(at + 16 + i) & 0xff) >> sub) & 1;
            int q = (((data.get(quants + i) & 0xff) >> (4 * side)) & 15) + 16 * high;
            out[to + 32 * sub + i] = scale * q - offset;
          }
        }
      }
    }
  },
  /** Sixteen sub-blocks of 16 with 8-bit scales; x = d · scale · (q - 32), 6 bits. */
  Q6_K(14, 256, 210) {
    @Override
    void expand(ByteBuffer data, int at, float[] out, int to) {
      float d = FloatFormat.half(data, at + 208);
      for (int half = 0; half < 2; half++) {
        int low = at + 64 * half;
        int high = at + 128 + 32 * half;
        int scales = at + 192 + 8 * half;
        for (int i = 0; i < 32; i++) {
          int bits = data.get(high + i) & 0xff;
          int a = data.get(low + i) & 0xff;
          int b = data.get(low + 32 + i) & 0xff;
          int[] quants = {
            (a & 15) | (bits & 3) << 4,
            (b & 15) | ((bits >> 2) & 3) << 4,
            (a >> 4) | ((bits >> 4) & 3) << 4,
            (b >> 4) | ((bits >> 6) & 3) << 4
          };
          for (int k = 0; k < 4; k++) {
            int scale = data.get(scales + 2 * k + i / 16);
            out[to + 128 * half + 32 * k + i] = d * scale * (quants[k] - 32);
          }
        }
      }
    }
  };

  final int id;
  final int blockElements;
  final int blockBytes;

  GgmlType(int id, int blockElements, int blockBytes) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  static Optional<GgmlType> of(int id) {
    return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
  }

  /** Expands the block at byte {@code at} into {@code out} from index {@code to}. */
  abstract void expand(ByteBuffer data, int at, float[] out, int to);

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
