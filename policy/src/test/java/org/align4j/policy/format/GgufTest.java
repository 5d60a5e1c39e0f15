package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.align4j.policy.backend.QuantizedRow;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTest {
  @TempDir Path folder;

  private final ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

  private GgufTest header(int version, long tensors, long values) {
    out.put("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.putInt(version).putLong(tensors).putLong(values);
    return this;
  }

  private GgufTest text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.putLong(bytes.length).put(bytes);
    return this;
  }

  private GgufTest architecture() {
    text("general.architecture");
    out.putInt(8);
    return text("llama");
  }

  private GgufTest tensor(String name, int type, long offset, long... innermostFirst) {
    text(name);
    out.putInt(innermostFirst.length);
    Arrays.stream(innermostFirst).forEach(out::putLong);
    out.putInt(type).putLong(offset);
    return this;
  }

  private Path file(int dataBytes) throws IOException {
    int start = (out.position() + 31) / 32 * 32;
    return Files.write(folder.resolve("model.gguf"), Arrays.copyOf(out.array(), start + dataBytes));
  }

  private void rejected(String message) throws IOException {
    rejected(message, 0);
  }

  private void rejected(String message, int dataBytes) throws IOException {
    Path path = file(dataBytes);
    assertThatThrownBy(() -> new GgufReader(path))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("model.gguf")
        .hasMessageContaining(message);
  }

  /** Blocks and their expansion by the gguf package: docs/parity/make_fixtures.py, quants.json. */
  @Test
  void blocksExpandAsThePeerExpandsThem() throws IOException {
    try (InputStream in = GgufTest.class.getResourceAsStream("quants.json")) {
      JsonNode cases = new ObjectMapper().readTree(in);
      assertThat(cases).hasSize(8);
      for (JsonNode item : cases) {
        GgmlType type = GgmlType.valueOf(item.get("type").asText());
        ByteBuffer bytes =
            ByteBuffer.wrap(Base64.getDecoder().decode(item.get("bytes").asText()))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] got = new float[2 * type.blockElements];
        QuantizedRow integers = QuantizedRow.of(got.length, type.run);
        type.expandRow(bytes, 0, integers, got);
        float[] finer = new float[got.length];
        type.expandRow(bytes, 0, QuantizedRow.of(got.length, Math.min(type.run, 16)), finer);
        assertThat(finer).isEqualTo(got);
        if (type.bits == 4) {
          for (byte integer : integers.integers()) {
            assertThat(integer).isBetween((byte) 0, (byte) 15);
          }
        }
        JsonNode expected = item.get("values");
        assertThat(expected).hasSize(got.length);
        for (int i = 0; i < got.length; i++) {
          assertThat((double) got[i])
              .as("%s[%d]", type, i)
              .isCloseTo(expected.get(i).asDouble(), within(1e-5));
        }
      }
    }
  }

  @Test
  void readsTensorsUnderHuggingFaceNamesWithHeadsInHalves() throws IOException {
    header(3, 2, 2).architecture();
    text("llama.attention.head_count");
    out.putInt(4).putInt(1);
    tensor("blk.0.attn_q.weight", 0, 0, 1, 4).tensor("blk.0.ffn_up.weight", 0, 32, 2, 1);
    Path path = file(64);
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 4; i++) {
      data.putFloat(bytes.length - 64 + 4 * i, i);
    }
    Files.write(path, bytes);
    try (GgufReader reader = new GgufReader(path)) {
      assertThat(reader.names())
          .containsExactly(
              "model.layers.0.self_attn.q_proj.weight", "model.layers.0.mlp.up_proj.weight");
      Tensor q = Tensor.zeros(4, 1);
      reader.read("model.layers.0.self_attn.q_proj.weight", q);
      assertThat(q.toArray()).containsExactly(0, 2, 1, 3);
      assertThatThrownBy(() -> reader.read("model.norm.weight", q))
          .hasMessageContaining("\"model.norm.weight\" is missing");
    }
  }

  @Test
  void integersOfARowAreThoseOfItsValues() throws IOException {
    header(3, 1, 2).architecture();
    text("llama.attention.head_count");
    out.putInt(4).putInt(2);
    tensor("blk.0.attn_q.weight", 8, 0, 64, 8);
    Path path = file(8 * 2 * 34);
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < 16; block++) {
      int at = bytes.length - (16 - block) * 34;
      data.putShort(at, (short) (0x3c00 + block));
      for (int i = 0; i < 32; i++) {
        data.put(at + 2 + i, (byte) (block * 31 - 7 * i));
      }
    }
    Files.write(path, bytes);
    String name = "model.layers.0.self_attn.q_proj.weight";
    try (GgufReader reader = new GgufReader(path)) {
      Tensor values = Tensor.zeros(8, 64);
      reader.read(name, values);
      QuantizedWeight weight = reader.quantized(name, 8, 64).orElseThrow();
      QuantizedRow row = QuantizedRow.of(64, weight.run());
      float[] expanded = new float[64];
      for (int output = 0; output < 8; output++) {
        weight.read(output, row);
        row.expand(expanded);
        assertThat(expanded).isEqualTo(values.rows(output, 1).toArray());
      }
      assertThatThrownBy(() -> reader.quantized(name, 4, 64))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("has shape [8, 64]; the configuration says [4, 64]");
    }
  }

  @Test
  void notGguf() throws IOException {
    out.put(new byte[64]);
    rejected("does not begin with \"GGUF\"");
  }

  @Test
  void shorterThanItsHeader() throws IOException {
    Files.write(folder.resolve("model.gguf"), new byte[10]);
    assertThatThrownBy(() -> new GgufReader(folder.resolve("model.gguf")))
        .hasMessageContaining("truncated");
  }

  @Test
  void unknownVersion() throws IOException {
    header(1, 0, 0);
    rejected("version 1");
  }

  @Test
  void countsBeyondTheFile() throws IOException {
    header(3, Long.MIN_VALUE, 0);
    rejected("says it has 9223372036854775808 tensors");
  }

  @Test
  void metadataCountBeyondTheFile() throws IOException {
    header(3, 0, Long.MAX_VALUE);
    rejected("metadata values");
  }

  @Test
  void stringLengthBeyondTheFile() throws IOException {
    header(3, 0, 1);
    out.putLong(1L << 62).putLong(0);
    rejected("says it has 4611686018427387904 bytes");
  }

  @Test
  void arrayLengthBeyondTheFile() throws IOException {
    header(3, 0, 1).text("a");
    out.putInt(9).putInt(4).putLong(1L << 40);
    rejected("elements of a");
  }

  @Test
  void negativeDimension() throws IOException {
    header(3, 1, 1).architecture().tensor("t", 0, 0, -4);
    rejected("dimension of 18446744073709551612");
  }

  @Test
  void unsupportedType() throws IOException {
    header(3, 1, 1).architecture().tensor("t", 99, 0, 4);
    rejected("ggml type 99; supported are");
  }

  @Test
  void rowsThatAreNotWholeBlocks() throws IOException {
    header(3, 1, 1).architecture().tensor("t", 8, 0, 33);
    rejected("not a multiple of the 32");
  }

  @Test
  void tensorBeyondTheFile() throws IOException {
    header(3, 1, 1).architecture().tensor("t", 0, 0, 1000);
    rejected("download is incomplete", 100);
  }

  @Test
  void offsetThatWrapsAround() throws IOException {
    header(3, 1, 1).architecture().tensor("t", 0, -32, 4);
    rejected("lies outside the file", 64);
  }

  @Test
  void overlappingTensors() throws IOException {
    header(3, 2, 1).architecture().tensor("a", 0, 0, 16).tensor("b", 0, 32, 4);
    rejected("overlaps", 128);
  }

  @Test
  void sameNameTwice() throws IOException {
    header(3, 2, 1).architecture().tensor("a", 0, 0, 4).tensor("a", 0, 32, 4);
    rejected("stands twice", 128);
  }
}
