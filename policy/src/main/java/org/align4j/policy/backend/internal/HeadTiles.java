package org.align4j.policy.backend.internal;

import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.KeyRange;
import org.align4j.policy.backend.Tensor;

/** Copies of a head's rows on the heap, from and to the matrices of all heads. */
public final class HeadTiles {
  /** Query rows per block: a block of scores stays in cache and T x T is never held. */
  public static final int BLOCK = 32;

  private HeadTiles() {}

  /** Key or value rows of one head, [keys × padded headDim], padding zeroed. */
  public static void loadKeys(
      AttentionSpan span, Tensor source, int column, int dim, float[] target, int stride) {
    int at = 0;
    // By index: an iterator for every head of every span would be garbage.
    for (int i = 0; i < span.keyRanges().size(); i++) {
      KeyRange range = span.keyRanges().get(i);
      loadRows(source, range.start(), range.length(), column, dim, target, at, stride);
      at += range.length() * stride;
    }
  }

  /**
   * All heads of all keys of a span, rows as they lie; every range is one copy.
   *
   * @param ranges that the target holds already
   */
  public static void loadAllHeads(AttentionSpan span, int ranges, Tensor source, float[] target) {
    int at = 0;
    for (int i = 0; i < span.keyRanges().size(); i++) {
      KeyRange range = span.keyRanges().get(i);
      if (i >= ranges) {
        source.readRows(range.start(), range.length(), target, at);
      }
      at += range.length() * source.columns();
    }
  }

  /** Consecutive rows of one head, padding zeroed. */
  public static void loadRows(
      Tensor source, int row, int count, int column, int dim, float[] target, int at, int stride) {
    for (int i = 0; i < count; i++) {
      source.read(row + i, column, target, at + i * stride, dim);
      zero(target, at + i * stride + dim, stride - dim);
    }
  }

  /** The opposite of {@link #loadRows}. */
  public static void storeRows(
      float[] source, int at, int stride, Tensor target, int count, int column, int dim) {
    for (int i = 0; i < count; i++) {
      target.write(i, column, source, at + i * stride, dim);
    }
  }

  /** Sets {@code count} elements to 0. */
  public static void zero(float[] target, int at, int count) {
    for (int i = 0; i < count; i++) {
      target[at + i] = 0;
    }
  }

  /** Column of a key/value head in the packed rows. */
  public static int kvColumn(AttentionShape shape, int kvHead) {
    return kvHead * shape.headDim();
  }
}
