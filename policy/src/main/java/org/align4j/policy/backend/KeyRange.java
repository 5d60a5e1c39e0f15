package org.align4j.policy.backend;

/**
 * Consecutive rows of keys and values.
 *
 * @param start first row
 * @param length number of rows
 * @param group the group of spans that these rows belong to; see {@link AttentionSpan#group}
 */
public record KeyRange(int start, int length, int group) {

  /**
   * {@return whether another range, maybe of another group, names the same rows}
   *
   * @param other another range
   */
  public boolean sameRows(KeyRange other) {
    return start == other.start && length == other.length;
  }
}
