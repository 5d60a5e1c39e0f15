package org.align4j.policy.backend;

import java.util.Random;

/** Quantised weights for tests; integers take their whole range. */
public final class RandomQuantized {
  private RandomQuantized() {}

  /** A weight whose rows differ. */
  public static QuantizedWeight of(int outputs, int inputs, int bits, int run) {
    return new Rows(outputs, inputs, bits, run);
  }

  /** The values that its integers stand for. */
  public static Tensor values(QuantizedWeight weight) {
    Tensor values = Tensor.zeros(weight.outputs(), weight.inputs());
    QuantizedRow row = QuantizedRow.of(weight.inputs(), weight.run());
    float[] expanded = new float[weight.inputs()];
    for (int output = 0; output < weight.outputs(); output++) {
      weight.read(output, row);
      row.expand(expanded);
      values.writeRow(output, expanded, 0);
    }
    return values;
  }

  private record Rows(int outputs, int inputs, int bits, int run) implements QuantizedWeight {
    @Override
    public void read(int output, QuantizedRow row) {
      Random random = new Random(output + 31L * bits);
      int lowest = bits == 4 ? 0 : -128;
      for (int k = 0; k < inputs; k++) {
        row.integers()[k] = (byte) (lowest + random.nextInt(1 << bits));
      }
      for (int k = 0; k < inputs; k += run) {
        float scale = (0.5f + random.nextFloat()) / (1 << bits);
        row.scale(k, run, scale, scale * random.nextInt(9) - (bits == 4 ? 0.5f : 0));
      }
    }
  }
}
