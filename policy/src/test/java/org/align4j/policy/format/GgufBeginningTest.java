package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether raw text begins with BOS, as a GGUF file's metadata says. */
class GgufBeginningTest {
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int BOOL = 7;
  private static final int FLOAT32 = 6;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  @TempDir Path folder;

  private final ByteBuffer out = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.putLong(bytes.length).put(bytes);
  }

  private void string(String key, String value) {
    text(key);
    out.putInt(STRING);
    text(value);
  }

  private void integer(String key, int value) {
    text(key);
    out.putInt(UINT32).putInt(value);
  }

  private void strings(String key, String... values) {
    text(key);
    out.putInt(ARRAY).putInt(STRING).putLong(values.length);
    Arrays.stream(values).forEach(this::text);
  }

  private Boolean addBos(String pre, Boolean value) throws IOException {
    out.clear();
    out.put("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.putInt(3).putLong(1).putLong(value == null ? 14 : 15);
    string("general.architecture", "llama");
    integer("llama.attention.head_count", 2);
    integer("llama.embedding_length", 4);
    integer("llama.feed_forward_length", 8);
    integer("llama.block_count", 1);
    integer("llama.context_length", 16);
    text("llama.attention.layer_norm_rms_epsilon");
    out.putInt(FLOAT32).putFloat(1e-5f);
    string("tokenizer.ggml.model", "gpt2");
    string("tokenizer.ggml.pre", pre);
    integer("tokenizer.ggml.bos_token_id", 0);
    integer("tokenizer.ggml.eos_token_id", 1);
    strings("tokenizer.ggml.tokens", "<s>", "</s>", "a", "b");
    text("tokenizer.ggml.token_type");
    out.putInt(ARRAY).putInt(INT32).putLong(4).putInt(3).putInt(3).putInt(1).putInt(1);
    strings("tokenizer.ggml.merges");
    if (value != null) {
      text("tokenizer.ggml.add_bos_token");
      out.putInt(BOOL).put((byte) (value ? 1 : 0));
    }
    text("token_embd.weight");
    out.putInt(2).putLong(4).putLong(4).putInt(0).putLong(0);
    int start = (out.position() + 31) / 32 * 32;
    Path path = folder.resolve("model.gguf");
    Files.write(path, Arrays.copyOf(out.array(), start + 64));
    try (GgufReader reader = new GgufReader(path)) {
      return GgufAssets.read(path, reader).beginning() == ModelAssets.Beginning.BOS;
    }
  }

  @Test
  void theFilesOwnWordCounts() throws IOException {
    assertThat(addBos("default", true)).isTrue();
    assertThat(addBos("llama-bpe", false)).isFalse();
  }

  /** llama.cpp's defaults. */
  @Test
  void withoutItLlama3BeginsWithBosAndOthersDoNot() throws IOException {
    assertThat(addBos("llama-bpe", null)).isTrue();
    assertThat(addBos("qwen2", null)).isFalse();
  }
}
