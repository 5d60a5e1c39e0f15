package org.align4j.policy.format;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.align4j.policy.backend.QuantizedRow;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;

/**
 * Reads a GGUF file of a Llama-family model under Hugging Face's names. Query and key rows, which
 * GGUF stores with rotary pairs interleaved, are put back in Hugging Face's order.
 */
public final class GgufReader implements WeightSource {
  private static final Map<String, String> BLOCK_NAMES =
      Map.of(
          "attn_norm", "input_layernorm",
          "attn_q", "self_attn.q_proj",
          "attn_k", "self_attn.k_proj",
          "attn_v", "self_attn.v_proj",
          "attn_output", "self_attn.o_proj",
          "ffn_norm", "post_attention_layernorm",
          "ffn_gate", "mlp.gate_proj",
          "ffn_up", "mlp.up_proj",
          "ffn_down", "mlp.down_proj");

  private final MappedFile file;
  private final GgufHeader header;
  private final Map<String, String> ggufNames = new LinkedHashMap<>();

  /**
   * Opens and checks the file.
   *
   * @param path of a {@code .gguf} file
   */
  public GgufReader(Path path) {
    file = new MappedFile(path);
    try {
      header = GgufHeader.read(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
    header.tensors().keySet().forEach(name -> ggufNames.put(huggingFaceName(name), name));
  }

  private static String huggingFaceName(String name) {
    String stem = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    String kind = name.substring(stem.length());
    if (stem.startsWith("blk.")) {
      String[] parts = stem.split("\\.", 3);
      String mapped = parts.length == 3 ? BLOCK_NAMES.get(parts[2]) : null;
      return mapped == null ? name : "model.layers." + parts[1] + "." + mapped + kind;
    }
    return switch (stem) {
      case "token_embd" -> "model.embed_tokens" + kind;
      case "output_norm" -> "model.norm" + kind;
      case "output" -> "lm_head" + kind;
      default -> name;
    };
  }

  /**
   * A metadata string.
   *
   * @param key name of the value
   * @return the value
   */
  public String string(String key) {
    return require(key, String.class);
  }

  /**
   * {@return a metadata integer}
   *
   * @param key name of the value
   */
  public int integer(String key) {
    long value = require(key, Long.class);
    if (value != (int) value) {
      throw bad("metadata \"" + key + "\" is " + value + ", which is too large");
    }
    return (int) value;
  }

  /**
   * {@return a metadata integer with a default}
   *
   * @param key name of the value
   * @param absent the default
   */
  public int integer(String key, int absent) {
    return header.metadata().containsKey(key) ? integer(key) : absent;
  }

  /**
   * {@return a metadata number}
   *
   * @param key name of the value
   */
  public double number(String key) {
    return require(key, Double.class);
  }

  /**
   * {@return a metadata number with a default}
   *
   * @param key name of the value
   * @param absent the default
   */
  public double number(String key, double absent) {
    return header.metadata().containsKey(key) ? require(key, Double.class) : absent;
  }

  /**
   * {@return a metadata string with a default}
   *
   * @param key name of the value
   * @param absent the default; may be null
   */
  public String string(String key, String absent) {
    return header.metadata().containsKey(key) ? string(key) : absent;
  }

  /**
   * {@return a metadata truth value with a default}
   *
   * @param key name of the value
   * @param absent the default
   */
  public boolean flag(String key, boolean absent) {
    return header.metadata().containsKey(key) ? require(key, Boolean.class) : absent;
  }

  /**
   * {@return whether a metadata value is there}
   *
   * @param key name of the value
   */
  public boolean has(String key) {
    return header.metadata().containsKey(key);
  }

  /**
   * {@return a metadata list of strings}
   *
   * @param key name of the value
   */
  public List<String> strings(String key) {
    return list(key, String.class);
  }

  /**
   * {@return a metadata list of integers}
   *
   * @param key name of the value
   */
  public int[] integers(String key) {
    List<Long> values = list(key, Long.class);
    int[] out = new int[values.size()];
    int i = 0;
    for (long value : values) {
      if (value != (int) value) {
        throw bad("element " + i + " of metadata \"" + key + "\" is " + value + ": too large");
      }
      out[i++] = (int) value;
    }
    return out;
  }

  private <T> List<T> list(String key, Class<T> type) {
    List<T> out = new ArrayList<>();
    for (Object element : require(key, List.class)) {
      if (!type.isInstance(element)) {
        throw bad(
            "element "
                + out.size()
                + " of metadata \""
                + key
                + "\" is a "
                + element.getClass().getSimpleName()
                + "; expected a "
                + type.getSimpleName());
      }
      out.add(type.cast(element));
    }
    return out;
  }

  /** Metadata by key: Long, Double, Boolean, String or List. */
  Map<String, Object> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  Path path() {
    return file.path();
  }

  /** An error about this file. */
  ModelFileException bad(String what) {
    return new ModelFileException(file.path() + ": " + what);
  }

  /** The file is sound, but asks for what is not computed. */
  UnsupportedModelException unsupported(String what) {
    return new UnsupportedModelException(file.path() + ": " + what);
  }

  private <T> T require(String key, Class<T> type) {
    Object value = header.metadata().get(key);
    if (!type.isInstance(value)) {
      throw bad(
          "metadata \""
              + key
              + "\" is "
              + (value == null ? "missing" : "a " + value.getClass().getSimpleName())
              + "; expected a "
              + type.getSimpleName());
    }
    return type.cast(value);
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(ggufNames.keySet());
  }

  private GgufHeader.Entry entry(String name) {
    String ggufName = ggufNames.get(name);
    if (ggufName == null) {
      throw bad("tensor \"" + name + "\" is missing");
    }
    return header.tensors().get(ggufName);
  }

  @Override
  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  @Override
  public void read(String name, Tensor target) {
    Stored stored = stored(name, target.rows(), target.columns());
    int heads = interleavedHeads(name);
    if (target.rows() == 1 && heads > 0) {
      readInterleavedBias(stored, heads, target);
      return;
    }
    WeightSource.fill(
        target,
        () -> {
          QuantizedRow scratch = QuantizedRow.of(target.columns(), stored.type().run);
          return (r, row) -> stored.type().expandRow(stored.data(), stored.at(r), scratch, row);
        });
  }

  /** A bias has one element where the weight has one row. */
  private static void readInterleavedBias(Stored stored, int heads, Tensor target) {
    float[] row = new float[target.columns()];
    QuantizedRow scratch = QuantizedRow.of(row.length, stored.type().run);
    stored.type().expandRow(stored.data(), 0, scratch, row);
    float[] halves = new float[row.length];
    for (int j = 0; j < row.length; j++) {
      halves[j] = row[interleavedRow(j, row.length / heads)];
    }
    target.writeRow(0, halves, 0);
  }

  @Override
  public Optional<QuantizedWeight> quantized(String name, int rows, int columns) {
    Stored stored = stored(name, rows, columns);
    return stored.type().quantized() ? Optional.of(stored) : Optional.empty();
  }

  private Stored stored(String name, int rows, int columns) {
    GgufHeader.Entry entry = entry(name);
    WeightSource.requireShape(file.path().toString(), name, entry.shape(), rows, columns);
    ByteBuffer data = file.map(header.dataStart() + entry.offset(), entry.bytes());
    int heads = rows == 1 ? 0 : interleavedHeads(name);
    return new Stored(data, entry.type(), rows, columns, heads == 0 ? 0 : rows / heads);
  }

  /**
   * A tensor in the file.
   *
   * @param headDim rows of a head if they are stored interleaved, otherwise 0
   */
  private record Stored(ByteBuffer data, GgmlType type, int outputs, int inputs, int headDim)
      implements QuantizedWeight {
    /** Where an output's row begins. */
    int at(int output) {
      int row = headDim == 0 ? output : interleavedRow(output, headDim);
      return row * (inputs / type.blockElements * type.blockBytes);
    }

    @Override
    public int bits() {
      return type.bits;
    }

    @Override
    public int run() {
      return type.run;
    }

    @Override
    public void read(int output, QuantizedRow row) {
      type.unpackRow(data, at(output), row);
    }
  }

  /** Heads of a tensor whose rows are stored interleaved, or 0. */
  private int interleavedHeads(String name) {
    if (!string("general.architecture").equals("llama")) {
      return 0;
    }
    if (name.contains(".q_proj.")) {
      return integer("llama.attention.head_count");
    }
    return name.contains(".k_proj.")
        ? integer("llama.attention.head_count_kv", integer("llama.attention.head_count"))
        : 0;
  }

  /** Row i + j · headDim / 2 of a head in halves is row 2i + j of an interleaved one. */
  private static int interleavedRow(int row, int headDim) {
    int within = row % headDim;
    int half = headDim / 2;
    return row - within + within % half * 2 + within / half;
  }

  @Override
  public void close() {
    file.close();
  }
}
