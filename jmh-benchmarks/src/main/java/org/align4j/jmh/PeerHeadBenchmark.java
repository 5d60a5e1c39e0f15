package org.align4j.jmh;

import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.Precision;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The head's loss and its gradient by every peer; before they are timed they have to agree. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PeerHeadBenchmark implements Counted {
  private static final int WIDTH = 576;
  private static final String ROUNDED = "align4j-bfloat16";
  private static final float WEIGHT_SCALE = 0.05f;

  @Param({"align4j", "align4j-bfloat16", "libtorch", "nd4j"})
  String peer;

  @Param({"512"})
  int tokens;

  @Param({"49152"})
  int vocabulary;

  private HeadLoss loss;

  /** Fills the operands and compares with align4j. */
  @Setup
  public void prepare() {
    int[] targets = new int[tokens];
    for (int r = 0; r < tokens; r++) {
      targets[r] = (int) (7919L * r % vocabulary);
    }
    float[] weight = RandomTensors.gaussian(vocabulary, WIDTH, 2).toArray();
    for (int i = 0; i < weight.length; i++) {
      // Logits of a model's size, because plain ND4J takes logarithms of probabilities.
      weight[i] *= WEIGHT_SCALE;
    }
    HeadLoss.Operands operands =
        new HeadLoss.Operands(
            tokens,
            WIDTH,
            vocabulary,
            RandomTensors.gaussian(tokens, WIDTH, 1).toArray(),
            weight,
            targets);
    loss = create(operands);
    try (HeadLoss own = new AlignedHeadLoss(operands, Precision.FLOAT32)) {
      double tolerance = peer.equals(ROUNDED) ? 1e-2 : 1e-4;
      requireEqual(own.run(), loss.run(), tolerance);
      float[] expected = own.gradient();
      float[] got = loss.gradient();
      for (int i = 0; i < expected.length; i++) {
        requireEqual(expected[i], got[i], tolerance);
      }
    }
  }

  private HeadLoss create(HeadLoss.Operands operands) {
    return switch (peer) {
      case "align4j" -> new AlignedHeadLoss(operands, Precision.FLOAT32);
      case ROUNDED -> new AlignedHeadLoss(operands, Precision.BFLOAT16);
      case "libtorch" -> new TorchHeadLoss(operands);
      case "nd4j" -> new PlainNd4jHeadLoss(operands);
      default ->
          throw new IllegalArgumentException(
              "peer is \"" + peer + "\"; expected align4j, align4j-bfloat16, libtorch or nd4j");
    };
  }

  private void requireEqual(double expected, double got, double tolerance) {
    if (!(Math.abs(expected - got) <= tolerance * Math.max(1, Math.abs(expected)))) {
      throw new IllegalStateException(peer + " computes " + got + " where align4j has " + expected);
    }
  }

  /** Frees the operands. */
  @TearDown
  public void free() {
    loss.close();
  }

  @Override
  public Work work(String method) {
    Work product = Work.product(tokens, vocabulary, WIDTH);
    return product.plus(product);
  }

  /** Σ log p and its gradient. */
  @Benchmark
  public double lossAndGradient() {
    return loss.run();
  }
}
