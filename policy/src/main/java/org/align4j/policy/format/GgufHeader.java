package org.align4j.policy.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a GGUF v2/v3 file. Every count is compared with the bytes that are left
 * before anything is allocated.
 *
 * @param metadata values by key: Long, Double, Boolean, String or List
 * @param tensors entries by GGUF name
 * @param dataStart where tensor data begins
 */
record GgufHeader(Map<String, Object> metadata, Map<String, Entry> tensors, long dataStart) {

  /**
   * One tensor.
   *
   * @param shape outermost dimension first (GGUF stores it innermost first)
   * @param offset first byte, from {@code dataStart}
   */
  record Entry(GgmlType type, long[] shape, long offset, long bytes) {}

  private static final int MAGIC = 0x46554747;
  private static final int MAX_DIMENSIONS = 4;

  static GgufHeader read(MappedFile file) {
    return new Parser(file).parse();
  }

  private static final class Parser {
    private final MappedFile file;
    private final ByteBuffer in;

    Parser(MappedFile file) {
      this.file = file;
      // The header of any real file is far below 2 GiB; its tail is tensor data.
      in = file.map(0, Math.min(file.size(), Integer.MAX_VALUE));
    }

    GgufHeader parse() {
      need(24, "header");
      if (in.getInt() != MAGIC) {
        throw bad("does not begin with \"GGUF\"");
      }
      int version = in.getInt();
      if (version != 2 && version != 3) {
        throw unsupported("is GGUF version " + version + "; supported are 2 and 3");
      }
      long tensorCount = in.getLong();
      long valueCount = in.getLong();
      // A metadata value takes at least 13 bytes, a tensor at least 24.
      requireCount("tensors", tensorCount, 24);
      requireCount("metadata values", valueCount, 13);
      Map<String, Object> metadata = new LinkedHashMap<>();
      for (long i = 0; i < valueCount; i++) {
        String key = string("metadata key " + i);
        metadata.put(key, value(integer("type of " + key), key));
      }
      Map<String, Entry> tensors = new LinkedHashMap<>();
      for (long i = 0; i < tensorCount; i++) {
        tensor(tensors, i);
      }
      long alignment = metadata.get("general.alignment") instanceof Long a ? a : 32;
      if (alignment <= 0 || Long.bitCount(alignment) != 1 || alignment > 1 << 20) {
        throw bad("has general.alignment " + alignment + "; expected a power of two");
      }
      long start = (in.position() + alignment - 1) / alignment * alignment;
      checkExtents(tensors, start);
      return new GgufHeader(metadata, tensors, start);
    }

    private void tensor(Map<String, Entry> tensors, long index) {
      String name = string("name of tensor " + index);
      String at = "tensor \"" + name + "\"";
      int dimensions = integer(at);
      if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
        throw bad(at + " has " + dimensions + " dimensions");
      }
      need(8L * dimensions + 12, at);
      long[] shape = new long[dimensions];
      long elements = 1;
      for (int i = dimensions - 1; i >= 0; i--) {
        shape[i] = in.getLong();
        if (shape[i] <= 0 || shape[i] > Integer.MAX_VALUE) {
          throw bad(at + " has a dimension of " + Long.toUnsignedString(shape[i]));
        }
        try {
          elements = Math.multiplyExact(elements, shape[i]);
        } catch (ArithmeticException e) {
          throw new ModelFileException(file.path() + ": " + at + " is too large", e);
        }
      }
      int typeId = in.getInt();
      GgmlType type =
          GgmlType.of(typeId)
              .orElseThrow(
                  () ->
                      unsupported(
                          at
                              + " has ggml type "
                              + typeId
                              + "; supported are "
                              + List.of(GgmlType.values())));
      long offset = in.getLong();
      if (shape[dimensions - 1] % type.blockElements != 0) {
        throw bad(
            at
                + " has rows of "
                + shape[dimensions - 1]
                + ", not a multiple of the "
                + type.blockElements
                + " of a "
                + type
                + " block");
      }
      long bytes = elements / type.blockElements * type.blockBytes;
      if (tensors.put(name, new Entry(type, shape, offset, bytes)) != null) {
        throw bad(at + " stands twice");
      }
    }

    private void checkExtents(Map<String, Entry> tensors, long start) {
      List<Map.Entry<String, Entry>> sorted = new ArrayList<>(tensors.entrySet());
      sorted.sort((a, b) -> Long.compareUnsigned(a.getValue().offset(), b.getValue().offset()));
      long end = 0;
      for (Map.Entry<String, Entry> item : sorted) {
        Entry entry = item.getValue();
        long room = file.size() - start;
        if (entry.offset() < 0 || entry.bytes() > room || entry.offset() > room - entry.bytes()) {
          throw bad(
              "tensor \""
                  + item.getKey()
                  + "\" of "
                  + entry.bytes()
                  + " bytes at "
                  + Long.toUnsignedString(entry.offset())
                  + " lies outside the file of "
                  + file.size()
                  + ": the download is incomplete or corrupt");
        }
        if (entry.offset() < end) {
          throw bad("tensor \"" + item.getKey() + "\" overlaps the one before it");
        }
        end = entry.offset() + entry.bytes();
      }
    }

    private Object value(int type, String key) {
      return switch (type) {
        case 0 -> (long) (byte1(key) & 0xff);
        case 1 -> (long) byte1(key);
        case 2 -> (long) (short2(key) & 0xffff);
        case 3 -> (long) short2(key);
        case 4 -> integer(key) & 0xffffffffL;
        case 5 -> (long) integer(key);
        case 6 -> (double) Float.intBitsToFloat(integer(key));
        case 7 -> byte1(key) != 0;
        case 8 -> string(key);
        case 9 -> array(key);
        case 10, 11 -> long8(key);
        case 12 -> Double.longBitsToDouble(long8(key));
        default -> throw bad("metadata \"" + key + "\" has unknown type " + type);
      };
    }

    private List<Object> array(String key) {
      int type = integer(key);
      if (type == 9) {
        throw bad("metadata \"" + key + "\" is an array of arrays, which is not supported");
      }
      long count = long8(key);
      int smallest =
          switch (type) {
            case 0, 1, 7 -> 1;
            case 2, 3 -> 2;
            case 4, 5, 6 -> 4;
            default -> 8;
          };
      requireCount("elements of " + key, count, smallest);
      List<Object> values = new ArrayList<>((int) count);
      for (long i = 0; i < count; i++) {
        values.add(value(type, key));
      }
      return values;
    }

    private String string(String what) {
      long length = long8(what);
      if (length < 0 || length > in.remaining()) {
        throw bad(
            what
                + " says it has "
                + Long.toUnsignedString(length)
                + " bytes; "
                + in.remaining()
                + " are left");
      }
      byte[] bytes = new byte[(int) length];
      in.get(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }

    private byte byte1(String what) {
      need(1, what);
      return in.get();
    }

    private short short2(String what) {
      need(2, what);
      return in.getShort();
    }

    private int integer(String what) {
      need(4, what);
      return in.getInt();
    }

    private long long8(String what) {
      need(8, what);
      return in.getLong();
    }

    private void need(long bytes, String what) {
      if (in.remaining() < bytes) {
        throw bad("ends within " + what + ": truncated");
      }
    }

    private void requireCount(String what, long count, int smallest) {
      if (count < 0 || count > in.remaining() / smallest) {
        throw bad(
            "says it has "
                + Long.toUnsignedString(count)
                + " "
                + what
                + "; the file has "
                + file.size()
                + " bytes");
      }
    }

    private UnsupportedModelException unsupported(String what) {
      return new UnsupportedModelException(file.path() + ": " + what);
    }

    private ModelFileException bad(String what) {
      return new ModelFileException(file.path() + ": " + what);
    }
  }
}
