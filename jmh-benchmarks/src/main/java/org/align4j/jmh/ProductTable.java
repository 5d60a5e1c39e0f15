package org.align4j.jmh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Blas;
import org.bytedeco.pytorch.global.torch;

/**
 * All products of SmolLM2-135M's weights with so many rows: the ones that align4j uses, OpenBLAS
 * and libtorch, in turn in one process; medians. So many weights come from memory, as in a model.
 *
 * <p>{@code align4j jmh products [ROWS,ROWS,...] [REPEATS]}
 */
final class ProductTable {
  private static final int[] ROWS = {1, 2, 4, 8, 16, 32, 64, 128, 512};
  private static final int REPEATS = 9;
  private static final int WARM_UP = 3;
  private static final int LAYERS = 30;
  private static final int[][] LAYER = {{960, 576}, {576, 576}, {3072, 576}, {576, 1536}};
  private static final int[] HEAD = {49152, 576};
  private static final String LINE = "%5s %22s %22s %22s %12s%n";

  private final List<Weight> weights = new ArrayList<>();

  /** One weight as each of the three keeps it. */
  private record Weight(Tensor plain, PackedMatrix packed, org.bytedeco.pytorch.Tensor torch) {
    static Weight random(Backend backend, int[] shape) {
      Tensor plain = RandomTensors.gaussian(shape[0], shape[1], 3);
      return new Weight(
          plain,
          backend.pack(plain),
          org.bytedeco.pytorch.Tensor.create(plain.toArray(), shape[0], shape[1]));
    }
  }

  /** Inputs and results by width. */
  private record Operands(
      TreeMap<Integer, Tensor> tensors, TreeMap<Integer, org.bytedeco.pytorch.Tensor> torch) {
    static Operands of(int rows) {
      Operands operands = new Operands(new TreeMap<>(), new TreeMap<>());
      for (int width : new int[] {576, 960, 1536, 3072, 49152}) {
        Tensor x = RandomTensors.gaussian(rows, width, 1);
        operands.tensors.put(width, x);
        operands.torch.put(width, org.bytedeco.pytorch.Tensor.create(x.toArray(), rows, width));
      }
      return operands;
    }
  }

  private interface Product {
    void multiply(Weight weight, Operands operands);
  }

  private ProductTable() {
    // libtorch brings OpenBLAS with it, which must be told its kernels before it is loaded.
    Backend backend = Backends.named("vector", Precision.FLOAT32);
    Blas.library();
    torch.set_num_threads(Runtime.getRuntime().availableProcessors());
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int[] shape : LAYER) {
        weights.add(Weight.random(backend, shape));
      }
    }
    weights.add(Weight.random(backend, HEAD));
  }

  static void print(String[] arguments) {
    int[] rows =
        arguments.length == 0
            ? ROWS
            : Arrays.stream(arguments[0].split(",")).mapToInt(Integer::parseInt).toArray();
    int repeats = arguments.length < 2 ? REPEATS : Integer.parseInt(arguments[1]);
    ProductTable table = new ProductTable();
    System.out.printf(LINE, "rows", "align4j", "OpenBLAS", "libtorch", "of the best");
    for (int count : rows) {
      table.line(count, repeats);
    }
  }

  private void line(int rows, int repeats) {
    Operands operands = Operands.of(rows);
    List<Product> peers =
        List.of(
            (weight, with) ->
                weight.packed.multiply(
                    with.tensors.get(weight.plain.columns()),
                    with.tensors.get(weight.plain.rows())),
            (weight, with) ->
                Blas.gemm(
                    false,
                    true,
                    1,
                    with.tensors.get(weight.plain.columns()),
                    weight.plain,
                    0,
                    with.tensors.get(weight.plain.rows())),
            (weight, with) ->
                torch.linear(with.torch.get(weight.plain.columns()), weight.torch).close());
    double[][] seconds = new double[peers.size()][repeats];
    for (int r = -WARM_UP; r < repeats; r++) {
      for (int p = 0; p < peers.size(); p++) {
        long start = System.nanoTime();
        for (Weight weight : weights) {
          peers.get(p).multiply(weight, operands);
        }
        if (r >= 0) {
          seconds[p][r] = 1e-9 * (System.nanoTime() - start);
        }
      }
    }
    double[] medians = Arrays.stream(seconds).mapToDouble(ProductTable::median).toArray();
    double best = Arrays.stream(medians).min().orElseThrow();
    double flops = weights.stream().mapToDouble(w -> 2.0 * rows * w.plain.size()).sum();
    System.out.printf(
        LINE,
        rows,
        cell(medians[0], flops),
        cell(medians[1], flops),
        cell(medians[2], flops),
        String.format(Locale.ROOT, "%.0f%%", 100 * best / medians[0]));
  }

  private static String cell(double seconds, double flops) {
    return String.format(
        Locale.ROOT, "%.1f ms, %3.0f GFLOP/s", 1e3 * seconds, 1e-9 * flops / seconds);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
