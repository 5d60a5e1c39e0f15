package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fast backend against the naive one in the same process, as ratios; {@code
 * speed-baseline.json} holds what they were. Only a threefold loss in every attempt fails: a busy
 * machine takes as much away for a moment, a kernel that fell back to interpreted code stays slow.
 */
class SpeedGuardTest {
  private static final double ALLOWED_LOSS = 3;
  private static final long WARM_UP_NANOS = 400_000_000;
  private static final int FAST_RUNS = 15;
  private static final int NAIVE_RUNS = 3;
  private static final int ATTEMPTS = 20;
  private static final int HIDDEN = 576;
  private static final int WIDE = 1536;
  private static final int TOKENS = 128;
  private static final int FEW = 16;
  private static final int VOCABULARY = 8192;

  private static final Tensor X = random(TOKENS, HIDDEN);
  private static final Tensor WEIGHT = random(WIDE, HIDDEN);
  private static final Tensor OUT = Tensor.zeros(TOKENS, WIDE);

  private static Tensor random(int rows, int columns) {
    Random random = new Random(rows);
    Tensor tensor = Tensor.zeros(rows, columns);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        tensor.set(r, j, (float) random.nextGaussian());
      }
    }
    return tensor;
  }

  static Stream<Arguments> operations() {
    return Stream.of(
        operation("packed product, few rows", backend -> packed(backend, FEW)),
        operation("packed product", backend -> packed(backend, TOKENS)),
        operation("gemm", backend -> () -> backend.gemm(false, true, 1, X, WEIGHT, 0, OUT)),
        operation("attention", SpeedGuardTest::attention),
        operation("softmax", SpeedGuardTest::softmax),
        operation("swiglu", backend -> () -> backend.swiGlu(OUT, OUT, OUT)));
  }

  private interface Maker {
    Runnable make(Backend backend);
  }

  private static Arguments operation(String name, Maker maker) {
    return Arguments.of(name, maker);
  }

  private static Runnable packed(Backend backend, int rows) {
    PackedMatrix packed = backend.pack(WEIGHT);
    return () -> packed.multiply(X.rows(0, rows), OUT.rows(0, rows));
  }

  private static Runnable attention(Backend backend) {
    AttentionShape shape = new AttentionShape(9, 3, 64, 0.125f, 0);
    Tensor query = random(TOKENS, 9 * 64);
    Tensor key = random(TOKENS, 3 * 64);
    Tensor out = Tensor.zeros(TOKENS, 9 * 64);
    Tensor sums = Tensor.zeros(TOKENS, 9);
    List<AttentionSpan> spans = List.of(AttentionSpan.alone(0, TOKENS, 0));
    return () -> backend.attention(shape, spans, query, key, key, out, sums);
  }

  private static Runnable softmax(Backend backend) {
    Tensor logits = random(FEW, VOCABULARY);
    Tensor work = Tensor.zeros(FEW, VOCABULARY);
    TokenStats stats = TokenStats.zeros(FEW);
    int[] targets = new int[FEW];
    return () -> {
      work.copyFrom(logits);
      backend.softmax(work, targets, stats, 0);
    };
  }

  /** The least of some runs: what other processes add to it is least, too. */
  private static double nanos(Runnable action, int runs) {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < runs; i++) {
      long start = System.nanoTime();
      action.run();
      least = Math.min(least, (double) (System.nanoTime() - start));
    }
    return least;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void noThreefoldLoss(String name, Maker maker) throws IOException {
    assumeThat(Backends.vectorModulePresent()).as("the vector module is here").isTrue();
    Runnable fast = maker.make(Backends.named("vector"));
    Runnable naive = maker.make(Backends.named("scalar"));
    Consumer<Runnable> warm =
        action -> {
          long start = System.nanoTime();
          while (System.nanoTime() - start < WARM_UP_NANOS) {
            action.run();
          }
        };
    warm.accept(naive);
    warm.accept(fast);
    double least = baseline().get(name).asDouble() / ALLOWED_LOSS;
    double ratio = 0;
    for (int attempt = 0; attempt < ATTEMPTS && ratio <= least; attempt++) {
      ratio = nanos(naive, NAIVE_RUNS) / nanos(fast, FAST_RUNS);
    }
    System.out.printf("%s: %.1f times as fast as the naive kernel%n", name, ratio);
    assertThat(ratio).as(name).isGreaterThan(least);
  }

  private static JsonNode baseline() throws IOException {
    try (InputStream file = SpeedGuardTest.class.getResourceAsStream("/speed-baseline.json")) {
      return new ObjectMapper().readTree(file);
    }
  }
}
