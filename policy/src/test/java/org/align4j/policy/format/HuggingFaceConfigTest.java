package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.Biases;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;
import org.align4j.policy.model.SlidingWindow;
import org.align4j.policy.model.TinyModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What config.json says is computed as transformers computes it, or refused. */
class HuggingFaceConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** {@code fields} replace those of a tiny model; a null value stays, "absent" removes. */
  private static ModelConfig read(String type, String fields) {
    try {
      ObjectNode node = (ObjectNode) JSON.readTree(ModelLoadingTest.CONFIG);
      node.put("model_type", type);
      node.setAll((ObjectNode) JSON.readTree("{" + fields.replace('\'', '"') + "}"));
      node.remove(
          node.properties().stream()
              .filter(field -> field.getValue().asText().equals("absent"))
              .map(Map.Entry::getKey)
              .toList());
      return HuggingFaceConfig.read(Path.of("m", "config.json"), node);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void biasesFollowTheArchitecture() {
    assertThat(read("llama", "").biases()).isEqualTo(Biases.NONE);
    assertThat(read("llama", "'attention_bias':true").biases())
        .isEqualTo(new Biases(true, true, false));
    assertThat(read("llama", "'mlp_bias':true").biases()).isEqualTo(new Biases(false, false, true));
    assertThat(read("qwen2", "").biases()).isEqualTo(Biases.QKV);
    assertThat(read("qwen2", "'attention_bias':false").biases()).isEqualTo(Biases.QKV);
    assertThat(read("mistral", "").biases()).isEqualTo(Biases.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | '' | 0 0",
        "llama | 'sliding_window':null,'use_sliding_window':false | 0 0",
        "llama | 'sliding_window':64 | 0 0",
        "mistral | '' | 4096 4096",
        "mistral | 'sliding_window':null | 0 0",
        "mistral | 'sliding_window':7,'layer_types':['sliding_attention','sliding_attention'] | 7 7",
        "qwen2 | 'sliding_window':7 | 0 0",
        "qwen2 | 'sliding_window':7,'use_sliding_window':true | 0 0",
        "qwen2 | 'sliding_window':7,'use_sliding_window':true,'max_window_layers':1 | 0 7",
        "qwen2 | 'sliding_window':7,'use_sliding_window':true,'max_window_layers':0 | 7 7",
        "qwen2 | 'sliding_window':7,'use_sliding_window':true,'max_window_layers':2 | 0 0",
        "qwen2 | 'sliding_window':7,'use_sliding_window':true,'max_window_layers':2,"
            + "'layer_types':['sliding_attention','full_attention'] | 7 0",
        "qwen2 | 'use_sliding_window':true,'max_window_layers':1 | 0 4096",
      },
      quoteCharacter = '`')
  void windowsAreThoseOfTransformers(String type, String fields, String windows) {
    SlidingWindow window = read(type, fields.equals("''") ? "" : fields).window();
    assertThat(window.of(0) + " " + window.of(1)).isEqualTo(windows);
  }

  @Test
  void whatAFileLeavesOutHasTheDefaultsOfItsClass() {
    ModelConfig llama = read("llama", "'num_key_value_heads':null,'head_dim':null");
    assertThat(llama.kvHeads()).isEqualTo(4);
    assertThat(llama.headDim()).isEqualTo(4);
    assertThat(llama.normEpsilon()).isEqualTo(1e-6f);
    assertThat(llama.rope()).isEqualTo(RopeConfig.plain(10_000));
    ModelConfig mistral =
        read("mistral", "'num_key_value_heads':'absent','num_attention_heads':16");
    assertThat(mistral.kvHeads()).isEqualTo(8);
  }

  @Test
  void rotaryScalingIsReadFromBothPlaces() {
    String scaling =
        "'rope_type':'llama3','factor':8,'low_freq_factor':1,'high_freq_factor':4,"
            + "'original_max_position_embeddings':32";
    RopeConfig expected = new RopeConfig(5000, "llama3", 8, 1, 4, 32);
    assertThat(read("llama", "'rope_theta':5000,'rope_scaling':{" + scaling + "}").rope())
        .isEqualTo(expected);
    assertThat(read("llama", "'rope_parameters':{'rope_theta':5000.0," + scaling + "}").rope())
        .isEqualTo(expected);
    assertThat(read("llama", "'rope_scaling':{'type':'linear','factor':2.0}").rope())
        .isEqualTo(new RopeConfig(10_000, "linear", 2, 1, 4, 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "llama | 'hidden_act':'absent' | field \"hidden_act\" is missing",
        "llama | 'hidden_act':'gelu' | field \"hidden_act\" is \"gelu\"; expected \"silu\"",
        "llama | 'hidden_activation':'gelu' | field \"hidden_activation\" is \"gelu\"",
        "llama | 'use_sliding_window':true | \"use_sliding_window\" is true",
        "llama | 'sliding_window':7 | \"sliding_window\" is 7; expected none in a llama",
        "llama | 'layer_types':['full_attention','sliding_attention'] | \"layer_types\"",
        "llama | 'attention_bias':'true' | \"attention_bias\" is \"true\"; expected true or false",
        "llama | 'rms_norm_eps':'1e-5' | \"rms_norm_eps\" is \"1e-5\"; expected a number",
        "llama | 'rms_norm_eps':-1 | rms_norm_eps must not be negative",
        "llama | 'partial_rotary_factor':0.5 | \"partial_rotary_factor\" is 0.5; expected 1.0",
        "llama | 'logits_scaling':8 | \"logits_scaling\" is 8; expected 1.0",
        "llama | 'attention_multiplier':0.1 | \"attention_multiplier\" is 0.1; expected none",
        "llama | 'final_logit_softcapping':30 | \"final_logit_softcapping\" is 30",
        "llama | 'num_local_experts':8 | \"num_local_experts\" is 8; expected none",
        "llama | 'no_rope_layers':[1,0] | \"no_rope_layers\" is an array; expected none",
        "llama | 'quantization_config':{'bits':4} | \"quantization_config\" is an object",
        "llama | 'rope_scaling':{'type':'yarn','factor':4.0} | rope_type is \"yarn\"",
        "llama | 'rope_scaling':{'type':'dynamic','factor':4.0} | rope_type is \"dynamic\"",
        "llama | 'rope_scaling':{'type':'linear'} | field \"factor\" is missing",
        "llama | 'rope_scaling':{'type':'linear','factor':0} | must be at least 1, got 0.0",
        "llama | 'rope_scaling':{'type':'mrope','mrope_section':[1]} | with \"mrope_section\"",
        "llama | 'rope_scaling':{'rope_type':'llama3','factor':8} | \"low_freq_factor\" is missing",
        "llama | 'rope_parameters':{'full_attention':{'rope_theta':1}} | with \"full_attention\"",
        "llama | 'rope_parameters':{'partial_rotary_factor':0.5} | with \"partial_rotary_factor\"",
        "llama | 'rope_theta':0 | rope_theta must be positive, got 0.0",
        "mistral | 'attention_bias':true | \"attention_bias\" is true; expected false in a mistral",
        "mistral | 'mlp_bias':true | \"mlp_bias\" is true; expected false in a mistral",
        "mistral | 'sliding_window':0 | \"sliding_window\" is 0; expected a positive integer or null",
        "mistral | 'layer_types':['full_attention','full_attention'] | \"layer_types\"",
        "qwen2 | 'mlp_bias':true | \"mlp_bias\" is true; expected false in a qwen2",
        "qwen2 | 'use_sliding_window':true,'sliding_window':-1 | \"sliding_window\" is -1",
        "qwen2 | 'layer_types':['full_attention','sliding_attention'] | \"layer_types\"",
        "qwen2 | 'layer_types':['full_attention'] | \"layer_types\"",
      })
  void whatChangesTheMathematicsIsRefused(String type, String fields, String message) {
    assertThatThrownBy(() -> read(type, fields))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(Path.of("m", "config.json") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void fieldsThatChangeNothingAreTaken() {
    assertThat(
            read(
                "llama",
                "'rope_interleaved':false,'attention_multiplier':null,'num_experts':0,"
                    + "'logits_scaling':1,'pretraining_tp':2,'rope_scaling':null,'use_mrope':false,"
                    + "'no_rope_layers':[],'hidden_act':'swish','attention_dropout':0.1"))
        .isEqualTo(read("llama", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "mistral-window", "qwen2", "qwen2-window"})
  void anExportedFolderSaysTheSame(String kind) throws IOException {
    String type = kind.split("-", 2)[0];
    SlidingWindow window =
        !kind.endsWith("-window")
            ? SlidingWindow.NONE
            : type.equals("mistral") ? SlidingWindow.of(3, 0, 2) : SlidingWindow.of(3, 1, 2);
    Biases biases =
        switch (type) {
          case "llama" -> new Biases(true, true, true);
          case "qwen2" -> Biases.QKV;
          default -> Biases.NONE;
        };
    ModelConfig config = TinyModels.config(type, biases, window);
    DecoderTransformer model = TinyModels.create(config, Backends.defaultBackend(), 4);
    ModelAssets assets =
        new ModelAssets(
            folder,
            config,
            Optional.of("{}".getBytes(StandardCharsets.UTF_8)),
            Optional.empty(),
            Map.of(),
            Set.of(),
            ModelAssets.Beginning.AS_TOKENIZER_SAYS);
    ModelFolders.write(assets, model, folder);
    assertThat(HuggingFaceFolder.read(folder).config()).isEqualTo(config);
    DecoderTransformer back = new DecoderTransformer(config, Backends.defaultBackend());
    try (SafetensorsReader weights = SafetensorsReader.openFolder(folder)) {
      RequestedWeights requested = new RequestedWeights(weights);
      back.read(requested);
      requested.refuseOthers(folder, Set.of());
    }
    model
        .weights()
        .forEach(
            (name, tensor) ->
                assertThat(back.weights().get(name).toArray())
                    .as(name)
                    .isEqualTo(tensor.toArray()));
    assertThat(
            Files.readString(folder.resolve("config.json")).contains("\"sliding_window\" : null"))
        .isEqualTo(kind.equals("mistral"));
  }
}
