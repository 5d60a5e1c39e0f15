package org.align4j.policy.backend.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.KeyRange;
import org.align4j.policy.backend.Tensor;

/**
 * The spans of a group in attention's backward pass and what they add to rows of other groups:
 * those have spans of their own at the same time, and sums of floats must not depend on who comes
 * first.
 */
public final class GradientGroup {
  private final List<AttentionSpan> spans = new ArrayList<>();
  private final Map<KeyRange, Sums> sums = new LinkedHashMap<>();
  private final Tensor dKey;
  private final Tensor dValue;

  /** Gradients of a range's keys and values, [range, columns]. */
  private record Sums(Tensor dKey, Tensor dValue) {}

  private GradientGroup(Tensor dKey, Tensor dValue) {
    this.dKey = dKey;
    this.dValue = dValue;
  }

  /** The groups of spans that add to these gradients, in the order of their first spans. */
  public static List<GradientGroup> of(List<AttentionSpan> spans, Tensor dKey, Tensor dValue) {
    Map<Integer, GradientGroup> groups = new LinkedHashMap<>();
    for (AttentionSpan span : spans) {
      groups.computeIfAbsent(span.group(), g -> new GradientGroup(dKey, dValue)).add(span);
    }
    return new ArrayList<>(groups.values());
  }

  /** Adds a span; its group's own ranges are summed up in place. */
  private void add(AttentionSpan span) {
    spans.add(span);
    for (KeyRange range : span.keyRanges()) {
      if (!sums.containsKey(range)) {
        sums.put(
            range,
            range.group() == span.group()
                ? new Sums(rows(dKey, range), rows(dValue, range))
                : new Sums(
                    Tensor.zeros(range.length(), dKey.columns()),
                    Tensor.zeros(range.length(), dValue.columns())));
      }
    }
  }

  private static Tensor rows(Tensor gradients, KeyRange range) {
    return gradients.rows(range.start(), range.length());
  }

  /** Its spans, to be taken one after the other. */
  public List<AttentionSpan> spans() {
    return spans;
  }

  /** Copies the sums so far of a head's keys and values to tiles, padding zeroed. */
  public void load(
      AttentionSpan span, int column, int dim, float[] dKeys, float[] dValues, int stride) {
    int at = 0;
    for (int i = 0; i < span.keyRanges().size(); i++) {
      KeyRange range = span.keyRanges().get(i);
      Sums of = sums.get(range);
      HeadTiles.loadRows(of.dKey(), 0, range.length(), column, dim, dKeys, at, stride);
      HeadTiles.loadRows(of.dValue(), 0, range.length(), column, dim, dValues, at, stride);
      at += range.length() * stride;
    }
  }

  /** The opposite of {@link #load}. */
  public void store(
      AttentionSpan span, int column, int dim, float[] dKeys, float[] dValues, int stride) {
    int at = 0;
    for (int i = 0; i < span.keyRanges().size(); i++) {
      KeyRange range = span.keyRanges().get(i);
      Sums of = sums.get(range);
      HeadTiles.storeRows(dKeys, at, stride, of.dKey(), range.length(), column, dim);
      HeadTiles.storeRows(dValues, at, stride, of.dValue(), range.length(), column, dim);
      at += range.length() * stride;
    }
  }

  /**
   * Adds what was collected for rows of other groups; by one thread, group after group.
   *
   * @param adder adds its first matrix to its second one
   */
  public void addBorrowed(BiConsumer<Tensor, Tensor> adder) {
    sums.forEach(
        (range, borrowed) -> {
          if (range.group() != spans.get(0).group()) {
            adder.accept(borrowed.dKey(), rows(dKey, range));
            adder.accept(borrowed.dValue(), rows(dValue, range));
            borrowed.dKey().close();
            borrowed.dValue().close();
          }
        });
  }
}
