package org.align4j.policy.backend;

/**
 * A run of query rows that attend causally to themselves and, before that, to a prefix. The prefix
 * lets completions share their prompt's rows, and a decoder step see its cache.
 *
 * @param queryStart first query row
 * @param length number of query rows, which is also the number of the span's own key rows
 * @param prefixStart first key row of the prefix
 * @param prefixLength key rows that every query of the span sees, ≥ 0
 * @param selfStart first of the span's own key rows; query i sees own keys 0..i
 * @param group spans with equal groups may share key rows; backward passes never run two of them at
 *     once
 */
public record AttentionSpan(
    int queryStart, int length, int prefixStart, int prefixLength, int selfStart, int group) {

  /** All keys that the last query sees. */
  public int keys() {
    return prefixLength + length;
  }

  /** The key row at a position of this span. */
  public int keyRow(int position) {
    return position < prefixLength ? prefixStart + position : selfStart + position - prefixLength;
  }
}
