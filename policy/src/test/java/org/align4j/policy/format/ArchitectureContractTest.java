package org.align4j.policy.format;

import org.align4j.policy.tck.ArchitectureContract;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Every architecture, with each of the options that its config.json can switch on. */
@ParameterizedClass
@ValueSource(
    strings = {
      "\"model_type\":\"llama\",\"tie_word_embeddings\":true",
      "\"model_type\":\"llama\",\"tie_word_embeddings\":false,\"attention_bias\":true,"
          + "\"mlp_bias\":true",
      "\"model_type\":\"llama\",\"tie_word_embeddings\":true,\"rope_scaling\":{"
          + "\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,"
          + "\"high_freq_factor\":4.0,\"original_max_position_embeddings\":16}",
      "\"model_type\":\"mistral\",\"tie_word_embeddings\":false,\"sliding_window\":3",
      "\"model_type\":\"mistral\",\"tie_word_embeddings\":false,\"sliding_window\":null",
      "\"model_type\":\"qwen2\",\"tie_word_embeddings\":true,\"use_sliding_window\":false",
      "\"model_type\":\"qwen2\",\"tie_word_embeddings\":true,\"use_sliding_window\":true,"
          + "\"sliding_window\":3,\"max_window_layers\":1"
    })
class ArchitectureContractTest extends ArchitectureContract {
  private static final String SIZES =
      ",\"vocab_size\":29,\"hidden_size\":16,\"intermediate_size\":24,\"num_hidden_layers\":2,"
          + "\"num_attention_heads\":4,\"num_key_value_heads\":2,\"head_dim\":6,"
          + "\"max_position_embeddings\":64,\"hidden_act\":\"silu\",\"rms_norm_eps\":1e-5,"
          + "\"rope_theta\":10000.0";

  private final String options;

  ArchitectureContractTest(String options) {
    this.options = options;
  }

  @Override
  protected String config() {
    return "{" + options + SIZES + "}";
  }
}
