package org.align4j.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
  private static final int ROUNDS = 200;

  /** Below this a deviation is no accident; the tests draw fixed numbers and ask a few dozen. */
  private static final double IMPROBABLE = 1e-4;

  private static double first(long seed, Purpose purpose, long round) {
    return RandomStream.of(seed, purpose).at(round).generator().nextDouble();
  }

  /** The first numbers of 200 consecutive rounds, which decide λ of distillation, for 50 seeds. */
  @Test
  void firstNumbersOfConsecutiveRoundsAreUniform() {
    for (long seed = 0; seed < 50; seed++) {
      long[] counts = new long[10];
      for (int round = 0; round < ROUNDS; round++) {
        counts[(int) (10 * first(seed, Purpose.ON_POLICY, round))]++;
      }
      assertThat(uniformity(counts)).as("seed %d", seed).isGreaterThan(IMPROBABLE);
    }
  }

  @Test
  void firstNumbersOfConsecutiveSeedsAreUniform() {
    for (Purpose purpose : Purpose.values()) {
      long[] counts = new long[20];
      for (long seed = 0; seed < 4000; seed++) {
        counts[(int) (20 * first(seed, purpose, 0))]++;
      }
      assertThat(uniformity(counts)).as(purpose.name()).isGreaterThan(IMPROBABLE);
    }
  }

  private static double uniformity(long[] counts) {
    double[] expected = new double[counts.length];
    Arrays.fill(expected, Arrays.stream(counts).sum() / (double) counts.length);
    return new ChiSquareTest().chiSquareTest(expected, counts);
  }

  /** λ = 0.5 at seed 42: 200 independent tosses lie within five deviations of 100. */
  @Test
  void halfTheRoundsAreOnPolicy() {
    long onPolicy =
        IntStream.range(0, ROUNDS).filter(r -> first(42, Purpose.ON_POLICY, r) < 0.5).count();
    assertThat(onPolicy).isBetween(65L, 135L);
  }

  /** No number of a stream is in another: neither in its place nor a few draws later. */
  @Test
  void neighbouringStreamsShareNoStretch() {
    Map<Long, String> seen = new HashMap<>();
    for (long seed = 40; seed < 44; seed++) {
      for (Purpose purpose : Purpose.values()) {
        for (int round = 0; round < 8; round++) {
          RandomStream stream = RandomStream.of(seed, purpose).at(round);
          for (int sequence = 0; sequence < 8; sequence++) {
            SplittableRandom random = stream.at(sequence).generator();
            String name = seed + " " + purpose + " " + round + " " + sequence;
            for (int draw = 0; draw < 16; draw++) {
              assertThat(seen.put(random.nextLong(), name)).as(name).isNull();
            }
          }
        }
      }
    }
  }

  /** Numbers of neighbouring rounds, runs, sequences and purposes, at shifts of up to three. */
  @Test
  void neighbouringStreamsAreUncorrelated() {
    RandomStream base = RandomStream.of(42, Purpose.SAMPLING).at(7).at(3);
    List<RandomStream> neighbours =
        List.of(
            RandomStream.of(42, Purpose.SAMPLING).at(8).at(3),
            RandomStream.of(42, Purpose.SAMPLING).at(7).at(4),
            RandomStream.of(42, Purpose.SAMPLING).at(3).at(7),
            RandomStream.of(43, Purpose.SAMPLING).at(7).at(3),
            RandomStream.of(42, Purpose.COMPLETION).at(7).at(3),
            RandomStream.of(42, Purpose.SAMPLING).at(7));
    int count = 20_000;
    for (RandomStream neighbour : neighbours) {
      for (int shift = 0; shift <= 3; shift++) {
        assertThat(correlation(numbers(base, shift, count), numbers(neighbour, 0, count)))
            .isCloseTo(0, within(5 / Math.sqrt(count)));
        assertThat(correlation(numbers(base, 0, count), numbers(neighbour, shift, count)))
            .isCloseTo(0, within(5 / Math.sqrt(count)));
      }
    }
  }

  /** The same draw of consecutive rounds, and of every pair of sixteen sequences. */
  @Test
  void drawsAreUncorrelatedFromStreamToStream() {
    int rounds = 5000;
    double[][] draws = new double[16][rounds + 1];
    for (int round = 0; round <= rounds; round++) {
      RandomStream stream = RandomStream.of(42, Purpose.SAMPLING).at(round);
      for (int sequence = 0; sequence < draws.length; sequence++) {
        draws[sequence][round] = stream.at(sequence).generator().nextDouble();
      }
    }
    for (int a = 0; a < draws.length; a++) {
      double[] now = Arrays.copyOf(draws[a], rounds);
      for (int b = 0; b < draws.length; b++) {
        double[] next = Arrays.copyOfRange(draws[b], 1, rounds + 1);
        assertThat(correlation(now, next)).isCloseTo(0, within(5 / Math.sqrt(rounds)));
        if (a != b) {
          double[] other = Arrays.copyOf(draws[b], rounds);
          assertThat(correlation(now, other)).isCloseTo(0, within(5 / Math.sqrt(rounds)));
        }
      }
    }
  }

  private static double[] numbers(RandomStream stream, int skip, int count) {
    return stream.generator().doubles(skip + (long) count).skip(skip).toArray();
  }

  private static double correlation(double[] x, double[] y) {
    return new PearsonsCorrelation().correlation(x, y);
  }

  /** All six orders of three items come equally often, and a shuffle loses nothing. */
  @Test
  void shufflesAreFairAndRepeatable() {
    Map<List<Integer>, Long> counts = new HashMap<>();
    for (int epoch = 0; epoch < 6000; epoch++) {
      List<Integer> list = new ArrayList<>(List.of(0, 1, 2));
      RandomStream.of(1, Purpose.DATA_ORDER).at(epoch).shuffle(list);
      counts.merge(list, 1L, Long::sum);
    }
    assertThat(counts).hasSize(6);
    assertThat(uniformity(counts.values().stream().mapToLong(n -> n).toArray()))
        .isGreaterThan(IMPROBABLE);
    Set<Integer> all = new HashSet<>();
    List<Integer> once = new ArrayList<>(IntStream.range(0, 100).boxed().toList());
    List<Integer> again = new ArrayList<>(once);
    RandomStream.of(3, Purpose.ROWS).shuffle(once);
    RandomStream.of(3, Purpose.ROWS).shuffle(again);
    all.addAll(once);
    assertThat(all).hasSize(100);
    assertThat(once).isEqualTo(again).isNotEqualTo(IntStream.range(0, 100).boxed().toList());
  }
}
