package org.align4j.policy.backend;

import java.util.List;

/**
 * A run of query rows that attend causally to key rows. Ranges that several spans name are what
 * they share: completions their prompt's rows, prompts their system turn's, sequences in generation
 * the rows of a cache.
 *
 * @param queryStart first query row
 * @param length number of query rows
 * @param keyRanges the keys in the order of their positions; the last {@code length} of them are
 *     the queries' own, those before are seen by every query
 * @param group spans of a group are taken one after the other by backward passes, because they add
 *     to the same rows; what a span adds to a range of another group is collected and added
 *     afterwards, in the order of the groups
 */
public record AttentionSpan(int queryStart, int length, List<KeyRange> keyRanges, int group) {

  /**
   * {@return a span that sees itself and nothing else; its keys stand in the rows of its queries}
   *
   * @param start first row
   * @param length number of rows
   * @param group spans of one group are computed by one thread
   */
  public static AttentionSpan alone(int start, int length, int group) {
    return new AttentionSpan(start, length, List.of(new KeyRange(start, length, group)), group);
  }

  /** {@return all keys that the last query sees} */
  public int keys() {
    int keys = 0;
    // By index: iterators would be garbage in loops over rows.
    for (int i = 0; i < keyRanges.size(); i++) {
      keys += keyRanges.get(i).length();
    }
    return keys;
  }

  /**
   * {@return the position of a query among the keys that it sees; its own key is the last of them}
   *
   * @param queryIndex from 0 in this span
   */
  public int position(int queryIndex) {
    return keys() - length + queryIndex;
  }

  /**
   * {@return the key row at a position of this span}
   *
   * @param position from 0
   */
  public int keyRow(int position) {
    int left = position;
    for (KeyRange range : keyRanges) {
      if (left < range.length()) {
        return range.start() + left;
      }
      left -= range.length();
    }
    throw new IndexOutOfBoundsException("position " + position + " of " + keys());
  }
}
