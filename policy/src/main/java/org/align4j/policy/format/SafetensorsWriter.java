package org.align4j.policy.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.backend.Tensor;

/** Writes float32 tensors as one safetensors file; the file appears whole or not at all. */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafetensorsWriter() {}

  /**
   * Writes the file.
   *
   * @param file is replaced at once, when all is written
   * @param tensors by name; names that end in {@code norm.weight} or {@code .bias} and have one row
   *     become vectors
   * @throws IOException names the file; an older one stays as it was
   */
  public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      ObjectNode node = header.putObject(entry.getKey());
      node.put("dtype", "F32");
      if (isVector(entry.getKey(), tensor)) {
        node.putArray("shape").add(tensor.columns());
      } else {
        node.putArray("shape").add(tensor.rows()).add(tensor.columns());
      }
      node.putArray("data_offsets").add(offset).add(offset + 4 * tensor.size());
      offset += 4 * tensor.size();
    }
    byte[] text = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    // Data starts at a multiple of 8; the format pads the header with spaces.
    int padded = (text.length + 7) / 8 * 8;
    AtomicFiles.write(
        file,
        out -> {
          ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
          start.putLong(padded).put(text);
          while (start.hasRemaining()) {
            start.put((byte) ' ');
          }
          out.write(start.array());
          for (Tensor tensor : tensors.values()) {
            writeRows(tensor, out);
          }
        });
  }

  private static boolean isVector(String name, Tensor tensor) {
    return tensor.rows() == 1 && (name.endsWith("norm.weight") || name.endsWith(".bias"));
  }

  private static void writeRows(Tensor tensor, java.io.OutputStream out) throws IOException {
    float[] row = new float[tensor.columns()];
    ByteBuffer bytes = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int r = 0; r < tensor.rows(); r++) {
      tensor.readRow(r, row, 0);
      bytes.asFloatBuffer().put(row);
      out.write(bytes.array());
    }
  }
}
