package org.align4j.core.random;

import java.util.List;
import java.util.SplittableRandom;

/**
 * A stream of random numbers, named by the run's seed, what it is for and indices such as the round
 * and the sequence. Each name is mixed into 64 bits, so that streams with neighbouring names have
 * nothing in common: neither their first numbers, as those of {@code new Random(n)} do, nor a
 * shifted stretch, as {@link SplittableRandom}s do whose seeds differ by a multiple of its
 * increment.
 *
 * @param seed all that is known of the stream; what is handed on where a seed is asked for
 */
public record RandomStream(long seed) {
  /** 2^64 divided by the golden ratio, odd; keeps the fixed point 0 of the mixing out of names. */
  private static final long OFFSET = 0x9E3779B97F4A7C15L;

  /** What numbers are drawn for; renaming one changes its streams. */
  public enum Purpose {
    /** Order of the examples in an epoch. */
    DATA_ORDER,
    /** Order of the rows of an added loss in an epoch of its own. */
    ADDED_ORDER,
    /** Rows drawn from a file. */
    ROWS,
    /** First weights of an adapter. */
    ADAPTER,
    /** First weights of a scalar head. */
    SCALAR_HEAD,
    /** First weights of another network. */
    NETWORK,
    /** A critic beside the policy: its adapter and its dropout. */
    CRITIC,
    /** Dropout masks of a step. */
    DROPOUT,
    /** Dropout masks of a layer. */
    LAYER_DROPOUT,
    /** Completions of a round or of a call. */
    SAMPLING,
    /** Tokens of one completion. */
    COMPLETION,
    /** Division of a round's completions into mini-batches. */
    MINI_BATCHES,
    /** Whether a round of distillation is on-policy. */
    ON_POLICY
  }

  /**
   * {@return the stream of a purpose under a seed}
   *
   * @param seed of the run
   * @param purpose keeps draws for one thing apart from draws for another
   */
  public static RandomStream of(long seed, Purpose purpose) {
    return new RandomStream(seed).at(purpose.name().hashCode());
  }

  /**
   * {@return the stream of an index within this one; streams of different indices differ}
   *
   * @param index such as an epoch, a step or a completion
   */
  public RandomStream at(long index) {
    return new RandomStream(mix(mix(seed + OFFSET) ^ mix(index * OFFSET + OFFSET)));
  }

  /** Stafford's mix 13 (2011) of MurmurHash3's finaliser: a bijection of 64 bits. */
  private static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** {@return a generator at the beginning of the stream} */
  public SplittableRandom generator() {
    return new SplittableRandom(seed);
  }

  /**
   * Puts a list into an order that the stream draws, each equally likely.
   *
   * @param list is reordered in place
   */
  public void shuffle(List<?> list) {
    swapInto(list, generator());
  }

  private static <T> void swapInto(List<T> list, SplittableRandom random) {
    for (int i = list.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      list.set(i, list.set(other, list.get(i)));
    }
  }
}
