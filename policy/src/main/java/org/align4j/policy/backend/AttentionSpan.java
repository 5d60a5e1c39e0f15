package org.align4j.policy.backend;

/**
 * A run of query rows that attend causally to themselves and, before that, to a prefix. The prefix
 * lets completions share their prompt's rows, and sequences in generation their system turn's.
 *
 * @param queryStart first query row
 * @param length number of query rows
 * @param prefixStart first key row of the prefix
 * @param prefixLength key rows that every query of the span sees, ≥ 0
 * @param selfStart first of the span's own key rows; query i sees own keys 0..past + i
 * @param past own key rows that stand before the first query's; what a decoder's cache already
 *     holds, 0 in training
 * @param group spans with equal groups may share key rows; backward passes never run two of them at
 *     once
 */
public record AttentionSpan(
    int queryStart,
    int length,
    int prefixStart,
    int prefixLength,
    int selfStart,
    int past,
    int group) {

  /** A span of which nothing is cached. */
  public AttentionSpan(
      int queryStart, int length, int prefixStart, int prefixLength, int selfStart, int group) {
    this(queryStart, length, prefixStart, prefixLength, selfStart, 0, group);
  }

  /** All keys that the last query sees. */
  public int keys() {
    return position(length);
  }

  /** The position of a query among the keys that it sees; its own key is the last of them. */
  public int position(int queryIndex) {
    return prefixLength + past + queryIndex;
  }

  /** The key row at a position of this span. */
  public int keyRow(int position) {
    return position < prefixLength ? prefixStart + position : selfStart + position - prefixLength;
  }
}
