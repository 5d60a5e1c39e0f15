package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.policy.backend.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;

  private Path file(long headerLength, String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(headerLength).put(text);
    return Files.write(folder.resolve("model.safetensors"), out.array());
  }

  private Path file(String header, int dataBytes) throws IOException {
    return file(header.length(), header, dataBytes);
  }

  @Test
  void roundTripKeepsValuesAndVectors() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("a.weight", Tensor.of(2, 3, 1, 2, 3, 4, 5, 6));
    tensors.put("model.norm.weight", Tensor.of(1, 2, 7, 8));
    tensors.put("view", Tensor.of(2, 3, 1, 2, 3, 4, 5, 6).columns(1, 2));
    Path path = folder.resolve("model.safetensors");
    SafetensorsWriter.write(path, tensors);
    try (SafetensorsReader reader = SafetensorsReader.openFolder(folder)) {
      assertThat(reader.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
      assertThat(reader.shape("model.norm.weight")).containsExactly(2);
      Tensor view = Tensor.zeros(2, 2);
      reader.read("view", view);
      assertThat(view.toArray()).containsExactly(2, 3, 5, 6);
      assertThatThrownBy(() -> reader.read("a.weight", Tensor.zeros(3, 2)))
          .hasMessageContaining("\"a.weight\" has shape [2, 3]; the configuration says [3, 2]");
      assertThatThrownBy(() -> reader.read("b", view)).hasMessageContaining("\"b\" is missing");
    }
  }

  @Test
  void sixteenBitTypesAreWidened() throws IOException {
    String header =
        "{\"h\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,6]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,1],\"data_offsets\":[6,8]}}";
    Path path = file(header, 8);
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = bytes.length - 8;
    data.putShort(at, (short) 0x3e00).putShort(at + 2, (short) 0xfc00).putShort(at + 4, (short) 1);
    data.putShort(at + 6, (short) 0xc020);
    Files.write(path, bytes);
    try (SafetensorsReader reader = SafetensorsReader.open(path)) {
      Tensor half = Tensor.zeros(1, 3);
      reader.read("h", half);
      assertThat(half.toArray()).containsExactly(1.5f, Float.NEGATIVE_INFINITY, 0x1p-24f);
      Tensor brain = Tensor.zeros(1, 1);
      reader.read("b", brain);
      assertThat(brain.get(0, 0)).isEqualTo(-2.5f);
    }
  }

  @Test
  void shardsAreFoundThroughTheIndex() throws IOException {
    SafetensorsWriter.write(folder.resolve("m-1.safetensors"), Map.of("a", Tensor.of(1, 1, 1)));
    SafetensorsWriter.write(folder.resolve("m-2.safetensors"), Map.of("b", Tensor.of(1, 1, 2)));
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index, "{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}");
    try (SafetensorsReader reader = SafetensorsReader.openFolder(folder)) {
      assertThat(reader.names()).containsExactlyInAnyOrder("a", "b");
    }
    Files.writeString(index, "{\"weight_map\":{\"a\":\"../../etc/passwd\"}}");
    assertThatThrownBy(() -> SafetensorsReader.openFolder(folder))
        .hasMessageContaining("leaves the folder");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "9223372036854775807 | {} | says that its header has 9223372036854775807 bytes",
        "-1 | {} | says that its header has 18446744073709551615 bytes",
        "2000 | {} | truncated or not safetensors",
        "2 | [] | header is not a JSON object",
        "2 | {x | header is not JSON",
      })
  void hostileHeaders(long length, String header, String message) throws IOException {
    Path path = file(length, header, 0);
    assertThatThrownBy(() -> SafetensorsReader.open(path))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "F32 | [2] | [0,16] | the file is truncated or corrupt",
        "F32 | [2] | [4,0] | the file is truncated or corrupt",
        "F32 | [3] | [0,8] | cannot fill 8 bytes",
        "F32 | [-2] | [0,8] | negative or non-integer dimension",
        "F32 | [1.5] | [0,8] | negative or non-integer dimension",
        "F32 | [4294967296,4294967296] | [0,8] | is too large",
        "F32 | [9223372036854775807] | [0,8] | cannot fill",
        "I64 | [1] | [0,8] | supported are F32, F16, BF16",
        "F32 | 2 | [0,8] | no usable shape",
        "F32 | [2] | [0] | no usable data_offsets",
      })
  void hostileTensors(String type, String shape, String offsets, String message)
      throws IOException {
    String header =
        "{\"t\":{\"dtype\":\""
            + type
            + "\",\"shape\":"
            + shape
            + ",\"data_offsets\":"
            + offsets
            + "}}";
    Path path = file(header, 8);
    assertThatThrownBy(() -> SafetensorsReader.open(path))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("\"t\"")
        .hasMessageContaining(message);
  }

  @Test
  void overlappingTensorsAndTruncatedFiles() throws IOException {
    String entry = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":";
    Path path = file("{\"a\":" + entry + "[0,8]},\"b\":" + entry + "[4,12]}}", 12);
    assertThatThrownBy(() -> SafetensorsReader.open(path)).hasMessageContaining("overlap");
    Files.write(path, new byte[5]);
    assertThatThrownBy(() -> SafetensorsReader.open(path))
        .hasMessageContaining("download is incomplete");
    assertThatThrownBy(() -> SafetensorsReader.open(folder.resolve("no.safetensors")))
        .hasMessageContaining("no such file");
  }
}
