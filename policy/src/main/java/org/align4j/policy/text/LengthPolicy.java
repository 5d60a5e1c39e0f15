package org.align4j.policy.text;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.DataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to rows of more than {@code maxLength} tokens. Nothing is cut silently: every cut or
 * dropped row is counted and logged, and a completion is never cut to nothing.
 */
public final class LengthPolicy {
  private static final Logger LOG = LoggerFactory.getLogger(LengthPolicy.class);

  /** The choices. */
  public enum Mode {
    /** Stop with an error that names the row. */
    ERROR,
    /** Leave the row out. */
    DROP,
    /** Keep the first tokens (the completion's end is cut); TRL's default. */
    KEEP_START,
    /** Keep the last tokens (the prompt's start is cut). */
    KEEP_END;

    /**
     * Accepts TRL's spelling.
     *
     * @param name in any case
     * @return the mode
     */
    public static Mode parse(String name) {
      try {
        return valueOf(name.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(
            "truncation_mode is \"" + name + "\"; expected error, drop, keep_start or keep_end", e);
      }
    }
  }

  private final int maxLength;
  private final Mode mode;
  private int truncated;
  private int dropped;

  /**
   * A policy; {@code maxLength} counts prompt and completion together, 0 = no limit.
   *
   * @param maxLength tokens of prompt and completion
   * @param mode what is done with longer rows
   */
  public LengthPolicy(int maxLength, Mode mode) {
    this.maxLength = maxLength;
    this.mode = mode;
  }

  /** {@return what happens to rows that are too long} */
  public Mode mode() {
    return mode;
  }

  /** {@return rows cut so far} */
  public int truncated() {
    return truncated;
  }

  /** {@return rows left out so far} */
  public int dropped() {
    return dropped;
  }

  /**
   * Applies the policy to a prompt with one or two completions.
   *
   * @param source {@code file:row}, for messages
   * @param prompt token ids
   * @param completions token ids of one or two completions
   * @return prompt and completions, or empty when the row is dropped
   */
  public Optional<int[][]> apply(String source, int[] prompt, int[]... completions) {
    int longest = Arrays.stream(completions).mapToInt(c -> c.length).max().orElse(0);
    int excess = maxLength == 0 ? 0 : prompt.length + longest - maxLength;
    if (excess <= 0) {
      return Optional.of(join(prompt, completions));
    }
    String what =
        source + ": has " + (prompt.length + longest) + " tokens, the limit is " + maxLength;
    switch (mode) {
      case ERROR ->
          throw new DataException(
              what + "; raise max_length or set truncation_mode to drop, keep_start or keep_end");
      case DROP -> {
        return drop(what);
      }
      case KEEP_START -> {
        int room = maxLength - prompt.length;
        if (room <= 0) {
          return drop(what + " and the prompt alone fills it");
        }
        truncated++;
        LOG.warn("{}: completion cut to {} tokens", what, room);
        int[][] cut = new int[completions.length][];
        for (int i = 0; i < cut.length; i++) {
          cut[i] = Arrays.copyOf(completions[i], Math.min(room, completions[i].length));
        }
        return Optional.of(join(prompt, cut));
      }
      case KEEP_END -> {
        if (excess >= prompt.length) {
          return drop(what + " and the completion alone fills it");
        }
        truncated++;
        LOG.warn("{}: the prompt's first {} tokens cut", what, excess);
        return Optional.of(join(Arrays.copyOfRange(prompt, excess, prompt.length), completions));
      }
    }
    throw new AssertionError(mode);
  }

  private Optional<int[][]> drop(String what) {
    dropped++;
    LOG.warn("{}: row left out", what);
    return Optional.empty();
  }

  private static int[][] join(int[] prompt, int[]... completions) {
    int[][] out = new int[completions.length + 1][];
    out[0] = prompt;
    System.arraycopy(completions, 0, out, 1, completions.length);
    return out;
  }
}
