package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.Biases;
import org.align4j.policy.model.ModelConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a GGUF file's metadata says is computed as llama.cpp computes it, or refused. */
class GgufConfigTest {
  @TempDir Path folder;

  private final GgufFile file = GgufFile.llama();

  private Path written() throws IOException {
    return file.write(folder.resolve("m.gguf"));
  }

  private void refused(String message) throws IOException {
    Path path = written();
    assertThatThrownBy(() -> PolicyModel.load(path))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void aPlainLlamaLoads() throws IOException {
    file.metadata.putAll(
        Map.of(
            "llama.vocab_size", 3,
            "llama.rope.dimension_count", 4,
            "llama.expert_count", 0,
            "llama.attention.causal", true,
            "llama.rope.scaling.factor", 1f,
            "llama.logit_scale", 1f,
            "llama.attention.value_length", 4));
    ModelConfig config = PolicyModel.load(written()).assets().config();
    assertThat(config.biases()).isEqualTo(Biases.NONE);
    assertThat(config.headDim()).isEqualTo(4);
    assertThat(config.tiedHead()).isTrue();
  }

  @Test
  void biasesAreThoseOfTheFileWithHeadsInHalves() throws IOException {
    for (String name : List.of("q", "k", "v", "output")) {
      file.tensor("blk.0.attn_" + name + ".bias", 1, 8);
    }
    Tensor bias = file.tensors.get("blk.0.attn_q.bias");
    for (int j = 0; j < 8; j++) {
      bias.set(0, j, j);
    }
    PolicyModel model = PolicyModel.load(written());
    assertThat(model.assets().config().biases()).isEqualTo(new Biases(true, true, false));
    Map<String, Tensor> weights = model.transformer().weights();
    assertThat(weights.get("model.layers.0.self_attn.q_proj.bias").toArray())
        .containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
    assertThat(weights).containsKey("model.layers.0.self_attn.o_proj.bias");
  }

  @Test
  void tensorsThatNobodyAsksForAreRefused() throws IOException {
    file.tensor("blk.0.attn_q_norm.weight", 1, 4).tensor("blk.1.ffn_up.weight", 6, 8);
    refused("holds 2 tensors that its configuration has no place for");
  }

  @ParameterizedTest
  @CsvSource({
    "llama.rope.dimension_count, 2, is 2; supported is 4",
    "llama.attention.value_length, 2, is 2; supported is 4",
    "llama.attention.sliding_window, 8, is 8; supported is none",
    "llama.expert_count, 8, is 8; supported is one of [0]",
    "llama.some_new_thing, 1, is 1; supported is no such key",
    "llama.attention.head_count_kv, 3, 2 attention heads do not divide over 3 key/value heads",
    "llama.block_count, 0, model sizes must be positive",
    "llama.context_length, -1, is 4294967295",
  })
  void keysThatChangeTheMathematicsAreRefused(String key, int value, String message)
      throws IOException {
    file.metadata.put(key, value);
    refused(message);
  }

  @Test
  void factorsAndListsAreRefused() throws IOException {
    file.metadata.put("llama.rope.scaling.factor", 4f);
    refused("\"llama.rope.scaling.factor\" is 4.0; supported is one of [0.0, 1.0]");
    file.metadata.remove("llama.rope.scaling.factor");
    file.metadata.put("llama.attention.head_count", List.of(2, 4));
    refused("metadata \"llama.attention.head_count\" is a");
    file.metadata.put("llama.attention.head_count", 2);
    file.metadata.remove("llama.attention.layer_norm_rms_epsilon");
    refused("\"llama.attention.layer_norm_rms_epsilon\" is missing");
  }

  @Test
  void tokenizersThatAreNoneNameTheFile() throws IOException {
    file.metadata.put("tokenizer.ggml.token_type", List.of("x", "y", "z"));
    refused("element 0 of metadata \"tokenizer.ggml.token_type\" is a String; expected a Long");
    file.metadata.put("tokenizer.ggml.token_type", List.of(1, 1, 1));
    file.metadata.put("tokenizer.ggml.tokens", List.of("a", "b", "a"));
    refused("tokenizer.ggml.tokens holds \"a\" twice, last as token 2");
    file.metadata.put("tokenizer.ggml.tokens", List.of("a", "b", "ab"));
    file.metadata.put("tokenizer.ggml.merges", List.of("ab"));
    refused("tokenizer.ggml.merges holds \"ab\", not a pair");
    file.metadata.put("tokenizer.ggml.pre", "no-such");
    refused("tokenizer.ggml.pre is \"no-such\"");
  }
}
