package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLoadingTest {
  private static final TokenBatch BATCH =
      TokenBatch.of(List.of(PromptCompletions.sequence(new int[] {1, 2, 3, 4, 5})));
  static final String CONFIG =
      "{\"model_type\":\"llama\",\"vocab_size\":29,\"hidden_size\":16,\"intermediate_size\":24,"
          + "\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,\"head_dim\":6,"
          + "\"max_position_embeddings\":64,\"tie_word_embeddings\":true,\"hidden_act\":\"silu\"}";

  @TempDir Path folder;

  private void config(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void adaptersComeBackAsTheyWere(int firstLayer) throws IOException {
    DecoderTransformer model = TinyModels.create(Backends.defaultBackend(), 4);
    model.addAdapter(LoraConfig.allLinear(2, 4).fromLayer(firstLayer), 1);
    for (Parameter parameter : model.parameters()) {
      parameter.value().set(0, 0, 0.5f);
    }
    double[] expected = model.forward(BATCH, Mode.EVALUATE).logProbs();
    PeftAdapters.write(model, "tiny", folder);
    try (SafetensorsReader reader =
        SafetensorsReader.open(folder.resolve("adapter_model.safetensors"))) {
      assertThat(reader.names())
          .contains(
              "base_model.model.model.layers." + firstLayer + ".self_attn.q_proj.lora_A.weight");
    }
    DecoderTransformer other = TinyModels.create(Backends.defaultBackend(), 4);
    PeftAdapters.load(other, folder);
    assertThat(other.lora()).isEqualTo(model.lora());
    assertThat(other.forward(BATCH, Mode.EVALUATE).logProbs())
        .containsExactly(expected, within(0.0));
  }

  @Test
  void adapterThatIsNotLoraIsRefused() throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), "{\"peft_type\":\"IA3\"}");
    DecoderTransformer model = TinyModels.create(Backends.defaultBackend(), 4);
    assertThatThrownBy(() -> PeftAdapters.load(model, folder))
        .hasMessageContaining("adapter_config.json: peft_type is \"IA3\"");
    assertThatThrownBy(() -> PeftAdapters.load(model, folder.resolve("none")))
        .hasMessageContaining("no such file; an adapter is a folder with");
  }

  @Test
  void adapterOfSomeLayersInBetweenIsRefused() throws IOException {
    Files.writeString(
        folder.resolve("adapter_config.json"),
        "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,\"target_modules\":[\"q_proj\"],"
            + "\"layers_to_transform\":[0]}");
    DecoderTransformer model = TinyModels.create(Backends.defaultBackend(), 4);
    assertThatThrownBy(() -> PeftAdapters.load(model, folder))
        .hasMessageContaining("layers_to_transform must be the last layers in order, got [0]");
  }

  @Test
  void unknownArchitectureIsNamed() throws IOException {
    config("{\"model_type\":\"mamba\"}");
    assertThatThrownBy(() -> PolicyModel.load(folder))
        .hasMessageContaining("model_type is \"mamba\"; supported are");
  }

  @Test
  void configWithoutASizeNamesTheField() throws IOException {
    config(CONFIG.replace("\"hidden_size\":16,", ""));
    assertThatThrownBy(() -> PolicyModel.load(folder))
        .hasMessageContaining("config.json: field \"hidden_size\" is missing; expected an integer");
  }

  private Map<String, Tensor> weights(ModelConfig config) {
    return new LinkedHashMap<>(TinyModels.create(config, Backends.defaultBackend(), 4).weights());
  }

  private void refused(String... message) {
    assertThatThrownBy(() -> PolicyModel.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContainingAll(message);
  }

  @Test
  void tensorsThatNobodyAsksForAreRefused() throws IOException {
    config(CONFIG);
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    Map<String, Tensor> weights = weights(TinyModels.config(true, false, 0));
    weights.put("model.layers.0.self_attn.rotary_emb.inv_freq", Tensor.zeros(1, 3));
    weights.put("model.layers.1.self_attn.attn.masked_bias", Tensor.zeros(1, 1));
    weights.put("lm_head.weight", weights.get("model.embed_tokens.weight"));
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights);
    // Known buffers and a repeated head are none; only the tokenizer is missing then.
    assertThatThrownBy(() -> PolicyModel.load(folder))
        .hasMessageContaining("not a usable tokenizer.json");
    weights.put("model.layers.1.self_attn.o_proj.bias", Tensor.zeros(1, 16));
    weights.put("model.layers.2.mlp.up_proj.weight", Tensor.zeros(24, 16));
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights);
    refused(
        folder.toString(),
        "holds 2 tensors that its configuration has no place for:"
            + " model.layers.1.self_attn.o_proj.bias, model.layers.2.mlp.up_proj.weight");
  }

  @Test
  void aTiedHeadThatIsNotTheEmbeddingIsRefused() throws IOException {
    config(CONFIG);
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    Map<String, Tensor> weights = weights(TinyModels.config(true, false, 0));
    weights.put("lm_head.weight", Tensor.zeros(29, 16));
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights);
    refused("tie_word_embeddings is true, but row 0 of lm_head.weight is not the embedding's");
  }

  @Test
  void sizesThatCannotBeNameTheFile() throws IOException {
    config(CONFIG.replace("\"head_dim\":6", "\"head_dim\":5"));
    refused("config.json: head_dim must be even for rotary embedding: 5");
    config(CONFIG.replace("\"vocab_size\":29", "\"vocab_size\":0"));
    refused("config.json: model sizes must be positive");
    config(CONFIG.replace("\"max_position_embeddings\":64", "\"max_position_embeddings\":0"));
    refused("config.json: max_position_embeddings must be positive: 0");
    config(CONFIG.replace("\"num_key_value_heads\":2", "\"num_key_value_heads\":3"));
    refused("config.json: 4 attention heads do not divide over 3 key/value heads");
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    assertThatThrownBy(() -> PolicyModel.load(folder)).hasMessageContaining("config.json: no such");
    config(CONFIG);
    assertThatThrownBy(() -> PolicyModel.load(folder))
        .hasMessageContaining("neither model.safetensors");
  }

  @Test
  void missingTensorAndWrongShapeAreNamed() throws IOException {
    config(CONFIG);
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    Map<String, Tensor> weights =
        new java.util.LinkedHashMap<>(TinyModels.create(Backends.defaultBackend(), 4).weights());
    String name = "model.layers.1.mlp.up_proj.weight";
    weights.put(name, Tensor.zeros(3, 16));
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights);
    assertThatThrownBy(() -> PolicyModel.load(folder))
        .hasMessageContaining(name)
        .hasMessageContaining("[3, 16]; the configuration says [24, 16]");
    weights.remove(name);
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights);
    assertThatThrownBy(() -> PolicyModel.load(folder)).hasMessageContaining(name + "\" is missing");
  }

  @Test
  void tokenizerThatIsNoneIsNamed() throws IOException {
    config(CONFIG);
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        TinyModels.create(Backends.defaultBackend(), 4).weights());
    assertThatThrownBy(() -> PolicyModel.load(folder))
        .hasMessageContaining("not a usable tokenizer.json");
  }
}
