package org.align4j.policy.format;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.WeightLoader;

/** A file's weights, with a record of those that a model has asked for. */
final class RequestedWeights implements WeightLoader {
  /** What old releases of transformers saved though it follows from the configuration. */
  private static final Pattern BUFFERS =
      Pattern.compile("(.*\\.)?(rotary_emb\\.inv_freq|attn\\.bias|attn\\.masked_bias)");

  private static final int NAMED = 8;

  private final WeightSource source;
  private final Set<String> requested = ConcurrentHashMap.newKeySet();

  RequestedWeights(WeightSource source) {
    this.source = source;
  }

  @Override
  public void read(String name, Tensor target) {
    requested.add(name);
    source.read(name, target);
  }

  @Override
  public Optional<QuantizedWeight> quantized(String name, int rows, int columns) {
    requested.add(name);
    return source.quantized(name, rows, columns);
  }

  /**
   * Refuses a file with tensors that nobody has asked for: what they stand for would be left out of
   * every result.
   *
   * @param origin the file, for messages
   * @param elsewhere tensors that somebody else reads, or that repeat another
   */
  void refuseOthers(Path origin, Set<String> elsewhere) {
    TreeSet<String> left = new TreeSet<>(source.names());
    left.removeAll(requested);
    left.removeAll(elsewhere);
    left.removeIf(name -> BUFFERS.matcher(name).matches());
    if (!left.isEmpty()) {
      List<String> named = left.stream().limit(NAMED).toList();
      throw new ModelFileException(
          origin
              + ": holds "
              + left.size()
              + " tensors that its configuration has no place for: "
              + String.join(", ", named)
              + (left.size() > NAMED ? ", ..." : "")
              + "; correct the configuration (layers, biases, architecture) or remove them");
    }
  }
}
