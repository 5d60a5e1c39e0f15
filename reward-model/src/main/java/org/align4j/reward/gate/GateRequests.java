package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.List;

/**
 * Labelled user messages.
 *
 * @param harmful to refuse
 * @param lookAlikes to answer, though they resemble harmful ones
 * @param ordinary to answer, of every other kind
 */
public record GateRequests(List<String> harmful, List<String> lookAlikes, List<String> ordinary) {

  /**
   * Keeps copies.
   *
   * @param harmful to refuse
   * @param lookAlikes to answer, though they resemble harmful ones
   * @param ordinary to answer, of every other kind
   */
  public GateRequests {
    harmful = List.copyOf(harmful);
    lookAlikes = List.copyOf(lookAlikes);
    ordinary = List.copyOf(ordinary);
  }

  /** {@return number of messages of all kinds} */
  public int size() {
    return harmful.size() + lookAlikes.size() + ordinary.size();
  }

  /**
   * Rows for fitting and rows that are held out of it.
   *
   * @param fitted most rows
   * @param heldOut the others
   */
  public record Split(GateRequests fitted, GateRequests heldOut) {}

  /**
   * Holds out every n-th row of each kind.
   *
   * @param every n, &ge; 2
   * @return row n - 1 and each n-th after it are held out, counted within a kind; the order is kept
   * @throws IllegalArgumentException if n is below 2
   */
  public Split split(int every) {
    if (every < 2) {
      throw new IllegalArgumentException("every must be at least 2, got " + every);
    }
    return new Split(part(every, false), part(every, true));
  }

  private GateRequests part(int every, boolean heldOut) {
    return new GateRequests(
        part(harmful, every, heldOut),
        part(lookAlikes, every, heldOut),
        part(ordinary, every, heldOut));
  }

  private static List<String> part(List<String> all, int every, boolean heldOut) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if ((i % every == every - 1) == heldOut) {
        out.add(all.get(i));
      }
    }
    return out;
  }
}
