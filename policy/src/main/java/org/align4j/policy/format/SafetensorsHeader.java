package org.align4j.policy.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a safetensors file. Nothing in it is trusted: lengths, shapes and offsets
 * are verified against the file before anything is mapped.
 *
 * @param tensors entries by name
 * @param dataStart where tensor data begins in the file
 */
record SafetensorsHeader(Map<String, Entry> tensors, long dataStart) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_HEADER = 100L << 20;

  /** Storage types that can be widened to float32. */
  enum DType {
    F32(4),
    F16(2),
    BF16(2);

    final int bytes;

    DType(int bytes) {
      this.bytes = bytes;
    }
  }

  /**
   * One tensor.
   *
   * @param begin first byte, from {@code dataStart}
   * @param end one past the last byte
   */
  record Entry(DType type, long[] shape, long begin, long end) {}

  static SafetensorsHeader read(MappedFile file) {
    if (file.size() < 8) {
      throw bad(
          file, "is shorter than the 8 bytes of its header length; the download is incomplete");
    }
    long length = file.map(0, 8).getLong(0);
    if (length <= 0 || length > MAX_HEADER || length > file.size() - 8) {
      throw bad(
          file,
          "says that its header has "
              + Long.toUnsignedString(length)
              + " bytes; the file has "
              + file.size()
              + ": truncated or not safetensors");
    }
    ByteBuffer bytes = file.map(8, length);
    byte[] text = new byte[(int) length];
    bytes.get(text);
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          file.path() + ": header is not JSON: " + e.getOriginalMessage(), e);
    } catch (java.io.IOException e) {
      throw new ModelFileException(file.path() + ": header cannot be read: " + e.getMessage(), e);
    }
    if (!root.isObject()) {
      throw bad(file, "header is not a JSON object");
    }
    Map<String, Entry> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (!field.getKey().equals("__metadata__")) {
        tensors.put(
            field.getKey(),
            entry(file, field.getKey(), field.getValue(), file.size() - 8 - length));
      }
    }
    checkOverlap(file, tensors);
    return new SafetensorsHeader(tensors, 8 + length);
  }

  private static Entry entry(MappedFile file, String name, JsonNode node, long dataLength) {
    String at = "tensor \"" + name + "\" ";
    DType type;
    try {
      type = DType.valueOf(node.path("dtype").asText());
    } catch (IllegalArgumentException e) {
      throw new UnsupportedModelException(
          file.path()
              + ": "
              + at
              + "has dtype "
              + node.path("dtype")
              + "; supported are F32, F16, BF16",
          e);
    }
    JsonNode dims = node.path("shape");
    if (!dims.isArray() || dims.size() > 8) {
      throw bad(file, at + "has no usable shape: " + dims);
    }
    long[] shape = new long[dims.size()];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      if (!dims.get(i).canConvertToLong()
          || !dims.get(i).isIntegralNumber()
          || dims.get(i).asLong() < 0) {
        throw bad(file, at + "has a negative or non-integer dimension: " + dims);
      }
      shape[i] = dims.get(i).asLong();
      try {
        elements = Math.multiplyExact(elements, shape[i]);
      } catch (ArithmeticException e) {
        throw new ModelFileException(file.path() + ": " + at + "is too large: shape " + dims, e);
      }
    }
    JsonNode offsets = node.path("data_offsets");
    if (!offsets.isArray()
        || offsets.size() != 2
        || !offsets.get(0).canConvertToLong()
        || !offsets.get(1).canConvertToLong()) {
      throw bad(file, at + "has no usable data_offsets: " + offsets);
    }
    long begin = offsets.get(0).asLong();
    long end = offsets.get(1).asLong();
    if (begin < 0 || end < begin || end > dataLength) {
      throw bad(
          file,
          at
              + "lies at bytes "
              + begin
              + " to "
              + end
              + " of "
              + dataLength
              + ": the file is truncated or corrupt");
    }
    if (elements > Long.MAX_VALUE / type.bytes || elements * type.bytes != end - begin) {
      throw bad(
          file,
          at
              + "of shape "
              + dims
              + " and type "
              + type
              + " cannot fill "
              + (end - begin)
              + " bytes");
    }
    return new Entry(type, shape, begin, end);
  }

  private static void checkOverlap(MappedFile file, Map<String, Entry> tensors) {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(tensors.entrySet());
    sorted.sort(Comparator.comparingLong(e -> e.getValue().begin()));
    for (int i = 1; i < sorted.size(); i++) {
      Map.Entry<String, Entry> before = sorted.get(i - 1);
      if (sorted.get(i).getValue().begin() < before.getValue().end()) {
        throw bad(
            file,
            "tensors \"" + before.getKey() + "\" and \"" + sorted.get(i).getKey() + "\" overlap");
      }
    }
  }

  private static ModelFileException bad(MappedFile file, String what) {
    return new ModelFileException(file.path() + ": " + what);
  }
}
