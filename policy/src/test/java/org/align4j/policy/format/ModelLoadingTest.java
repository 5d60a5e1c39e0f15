package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
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
  private static final String CONFIG =
      "{\"model_type\":\"llama\",\"vocab_size\":29,\"hidden_size\":16,\"intermediate_size\":24,"
          + "\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,\"head_dim\":6,"
          + "\"max_position_embeddings\":64,\"tie_word_embeddings\":true}";

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
        .hasMessageContaining("no such file; --adapter takes a folder");
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
