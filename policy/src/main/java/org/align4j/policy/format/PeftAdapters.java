package org.align4j.policy.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.ScalarHeadModel;

/**
 * Reads and writes LoRA adapters as PEFT does: adapter_config.json and adapter_model.safetensors.
 */
public final class PeftAdapters {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREFIX = "base_model.model.";
  private static final String CONFIG = "adapter_config.json";
  private static final String RANKS = "rank_pattern";
  private static final String ALPHAS = "alpha_pattern";
  private static final String WEIGHTS = "adapter_model.safetensors";

  private PeftAdapters() {}

  /**
   * Writes the model's adapter into a folder.
   *
   * @param model with an adapter
   * @param baseModel name that others find the base model by
   * @param folder is made if it is not there
   * @throws IOException names the file that cannot be written
   */
  public static void write(DecoderTransformer model, String baseModel, Path folder)
      throws IOException {
    write(model.adapterFactors(), config(model, "CAUSAL_LM", baseModel), folder);
  }

  /**
   * Writes the adapter under a scalar head together with the head.
   *
   * @param model with an adapter and a head
   * @param baseModel name that others find the base model by
   * @param folder is made if it is not there
   * @throws IOException names the file that cannot be written
   */
  public static void writeClassifier(ScalarHeadModel model, String baseModel, Path folder)
      throws IOException {
    ObjectNode config = config(model.trunk(), "SEQ_CLS", baseModel);
    config.putArray("modules_to_save").add("score");
    write(model.parameters(), config, folder);
  }

  private static void write(List<Parameter> parameters, ObjectNode config, Path folder)
      throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      tensors.put(PREFIX + parameter.name(), parameter.value());
    }
    SafetensorsWriter.write(folder.resolve(WEIGHTS), tensors);
    AtomicFiles.writeString(
        folder.resolve(CONFIG), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config));
  }

  private static ObjectNode config(DecoderTransformer model, String task, String baseModel) {
    LoraConfig lora = model.lora();
    if (lora == null) {
      throw new IllegalStateException("the model has no adapter to write");
    }
    ObjectNode config = JSON.createObjectNode();
    config.put("peft_type", "LORA");
    config.put("task_type", task);
    config.put("base_model_name_or_path", baseModel);
    config.put("r", lora.rank());
    config.put("lora_alpha", lora.alpha());
    config.put("lora_dropout", lora.dropout());
    config.put("use_rslora", lora.rankStabilized());
    config.put("bias", "none");
    config.put("fan_in_fan_out", false);
    config.put("inference_mode", true);
    config.put("init_lora_weights", true);
    lora.targets().forEach(config.putArray("target_modules")::add);
    lora.rankPattern().forEach(config.putObject(RANKS)::put);
    lora.alphaPattern().forEach(config.putObject(ALPHAS)::put);
    if (lora.firstLayer() > 0) {
      ArrayNode layers = config.putArray("layers_to_transform");
      IntStream.range(lora.firstLayer(), model.config().layers()).forEach(layers::add);
    }
    return config;
  }

  /**
   * Adds the adapter in a folder to a model that has none.
   *
   * @param model without an adapter
   * @param folder in PEFT's format
   */
  public static void load(DecoderTransformer model, Path folder) {
    load(model, folder, UnaryOperator.identity());
  }

  /**
   * The same with a share of its effect, {@link LoraConfig#scaled}.
   *
   * @param model without an adapter
   * @param folder in PEFT's format
   * @param share in (0, 1]
   */
  public static void load(DecoderTransformer model, Path folder, double share) {
    load(model, folder, stored -> stored.scaled(share));
  }

  /**
   * The same for training that goes on from it: the reference is the model with this adapter, as
   * TRL has it, so that the first step's log-ratios are 0.
   *
   * @param model without an adapter
   * @param folder in PEFT's format
   * @param dropout whether training uses the dropout that the adapter was stored with; else none
   */
  public static void resume(DecoderTransformer model, Path folder, boolean dropout) {
    load(model, folder, stored -> dropout ? stored : stored.withDropout(0));
    model.keepAdapterAsReference();
  }

  private static void load(
      DecoderTransformer model, Path folder, UnaryOperator<LoraConfig> adjustment) {
    Path file = folder.resolve(CONFIG);
    if (!Files.exists(file)) {
      throw new ModelFileException(
          file + ": no such file; an adapter is a folder with " + CONFIG + " and " + WEIGHTS);
    }
    LoraConfig adapter = adjustment.apply(config(file, model.config().layers()));
    try {
      model.addAdapter(adapter, 0);
    } catch (ConfigurationException e) {
      throw new ModelFileException(file + ": " + e.getMessage(), e);
    }
    try (SafetensorsReader weights = SafetensorsReader.open(folder.resolve(WEIGHTS))) {
      TreeSet<String> unused = new TreeSet<>(weights.names());
      for (Parameter parameter : model.parameters()) {
        String name = PREFIX + parameter.name();
        weights.read(name, parameter.value());
        unused.remove(name);
      }
      if (!unused.isEmpty()) {
        throw new ModelFileException(
            folder.resolve(WEIGHTS) + ": holds tensors that the model has no place for: " + unused);
      }
    }
  }

  private static LoraConfig config(Path file, int layers) {
    JsonNode node;
    try {
      node = JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new ModelFileException(file + ": not JSON: " + e.getMessage(), e);
    }
    if (!node.path("peft_type").asText().equals("LORA") || node.path("use_dora").asBoolean(false)) {
      throw new UnsupportedModelException(
          file
              + ": peft_type is "
              + node.path("peft_type")
              + (node.path("use_dora").asBoolean() ? " with DoRA" : "")
              + "; only plain LORA is supported");
    }
    JsonFields fields = new JsonFields(file, node);
    TreeSet<String> targets = new TreeSet<>();
    node.path("target_modules").forEach(target -> targets.add(target.asText()));
    try {
      return new LoraConfig(
          node.path("r").asInt(),
          node.path("lora_alpha").asDouble(),
          node.path("lora_dropout").asDouble(0),
          targets,
          node.path("use_rslora").asBoolean(false),
          firstLayer(file, node.path("layers_to_transform"), layers),
          pattern(fields, RANKS, JsonFields::integer),
          pattern(fields, ALPHAS, JsonFields::number));
    } catch (ConfigurationException e) {
      throw new ModelFileException(file + ": " + e.getMessage(), e);
    }
  }

  /** Values by key in the file's order, which decides if several keys match. */
  private static <T> Map<String, T> pattern(
      JsonFields fields, String name, BiFunction<JsonFields, String, T> value) {
    Map<String, T> out = new LinkedHashMap<>();
    if (fields.has(name)) {
      JsonFields pattern = fields.object(name);
      pattern.node().fieldNames().forEachRemaining(key -> out.put(key, value.apply(pattern, key)));
    }
    return out;
  }

  /** Adapters stand in all layers, or in the last ones. */
  private static int firstLayer(Path file, JsonNode transformed, int layers) {
    if (!transformed.isArray()) {
      return 0;
    }
    int first = layers - transformed.size();
    for (int i = 0; i < transformed.size(); i++) {
      if (first < 0 || transformed.get(i).asInt() != first + i) {
        throw new UnsupportedModelException(
            file + ": layers_to_transform must be the last layers in order, got " + transformed);
      }
    }
    return first;
  }
}
