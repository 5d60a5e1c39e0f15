package org.align4j.policy.backend;

import java.util.List;

/** A weight [outputs, inputs] in the integers that a file keeps of it. */
public interface QuantizedWeight {

  /** {@return rows} */
  int outputs();

  /** {@return columns, whole runs} */
  int inputs();

  /** {@return 4 if the integers are between 0 and 15, otherwise 8} */
  int bits();

  /** {@return inputs that share a scale, 16 or 32} */
  int run();

  /**
   * Reads one output's weights; by several threads at a time.
   *
   * @param output row of the weight, from 0
   * @param row of as many inputs, in runs of this length or half of it
   */
  void read(int output, QuantizedRow row);

  /**
   * {@return the outputs of several weights one after another; those of fewer bits take as many as
   * others}
   *
   * @param parts at least one, with the same inputs and runs
   */
  static QuantizedWeight stacked(List<QuantizedWeight> parts) {
    return parts.size() == 1 ? parts.get(0) : new Stacked(List.copyOf(parts));
  }

  /**
   * See {@link #stacked}.
   *
   * @param parts at least one, with the same inputs and runs
   */
  record Stacked(List<QuantizedWeight> parts) implements QuantizedWeight {
    @Override
    public int outputs() {
      return parts.stream().mapToInt(QuantizedWeight::outputs).sum();
    }

    @Override
    public int inputs() {
      return parts.get(0).inputs();
    }

    @Override
    public int bits() {
      return parts.stream().mapToInt(QuantizedWeight::bits).max().orElseThrow();
    }

    @Override
    public int run() {
      return parts.stream().mapToInt(QuantizedWeight::run).min().orElseThrow();
    }

    @Override
    public void read(int output, QuantizedRow row) {
      int left = output;
      for (QuantizedWeight part : parts) {
        if (left < part.outputs()) {
          part.read(left, row);
          return;
        }
        left -= part.outputs();
      }
      throw new IndexOutOfBoundsException("output " + output + " of " + outputs());
    }
  }
}
