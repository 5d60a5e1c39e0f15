package org.align4j.policy.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.policy.backend.Tensor;

/** Writes GGUF files of float32 tensors, with any metadata. */
final class GgufFile {
  private static final int ALIGNMENT = 32;

  final Map<String, Object> metadata = new LinkedHashMap<>();
  final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** A llama of one layer, eight columns and two heads; the tensors are zero. */
  static GgufFile llama() {
    GgufFile file = new GgufFile();
    file.metadata.put("general.architecture", "llama");
    file.metadata.put("llama.context_length", 16);
    file.metadata.put("llama.embedding_length", 8);
    file.metadata.put("llama.block_count", 1);
    file.metadata.put("llama.feed_forward_length", 6);
    file.metadata.put("llama.attention.head_count", 2);
    file.metadata.put("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    file.metadata.put("tokenizer.ggml.model", "gpt2");
    file.metadata.put("tokenizer.ggml.tokens", List.of("a", "b", "ab"));
    file.metadata.put("tokenizer.ggml.token_type", List.of(1, 1, 1));
    file.metadata.put("tokenizer.ggml.merges", List.of("a b"));
    file.tensor("token_embd.weight", 3, 8).tensor("output_norm.weight", 1, 8);
    file.tensor("blk.0.attn_norm.weight", 1, 8).tensor("blk.0.ffn_norm.weight", 1, 8);
    for (String name : List.of("q", "k", "v", "output")) {
      file.tensor("blk.0.attn_" + name + ".weight", 8, 8);
    }
    file.tensor("blk.0.ffn_gate.weight", 6, 8).tensor("blk.0.ffn_up.weight", 6, 8);
    return file.tensor("blk.0.ffn_down.weight", 8, 6);
  }

  GgufFile tensor(String name, int rows, int columns) {
    tensors.put(name, Tensor.zeros(rows, columns));
    return this;
  }

  Path write(Path path) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(integer(3));
    out.writeBytes(longer(tensors.size()));
    out.writeBytes(longer(metadata.size()));
    metadata.forEach(
        (key, value) -> {
          out.writeBytes(text(key));
          out.writeBytes(integer(type(value)));
          out.writeBytes(value(value));
        });
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      boolean vector = tensor.rows() == 1;
      out.writeBytes(text(entry.getKey()));
      out.writeBytes(integer(vector ? 1 : 2));
      out.writeBytes(longer(tensor.columns()));
      if (!vector) {
        out.writeBytes(longer(tensor.rows()));
      }
      out.writeBytes(integer(0));
      out.writeBytes(longer(offset));
      offset += aligned(4L * tensor.rows() * tensor.columns());
    }
    out.writeBytes(new byte[(int) (aligned(out.size()) - out.size())]);
    for (Tensor tensor : tensors.values()) {
      for (float value : tensor.toArray()) {
        out.writeBytes(integer(Float.floatToIntBits(value)));
      }
      out.writeBytes(new byte[(int) (aligned(out.size()) - out.size())]);
    }
    return Files.write(path, out.toByteArray());
  }

  private static long aligned(long size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static int type(Object value) {
    if (value instanceof Integer) {
      return 4;
    }
    if (value instanceof Float) {
      return 6;
    }
    if (value instanceof Boolean) {
      return 7;
    }
    return value instanceof String ? 8 : 9;
  }

  private static byte[] value(Object value) {
    if (value instanceof Integer number) {
      return integer(number);
    }
    if (value instanceof Float number) {
      return integer(Float.floatToIntBits(number));
    }
    if (value instanceof Boolean flag) {
      return new byte[] {(byte) (flag ? 1 : 0)};
    }
    if (value instanceof String string) {
      return text(string);
    }
    List<?> list = (List<?>) value;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(integer(type(list.get(0))));
    out.writeBytes(longer(list.size()));
    list.forEach(element -> out.writeBytes(value(element)));
    return out.toByteArray();
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(bytes.length)
        .put(bytes)
        .array();
  }

  private static byte[] integer(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static byte[] longer(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }
}
