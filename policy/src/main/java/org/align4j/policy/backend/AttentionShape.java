package org.align4j.policy.backend;

/**
 * Heads of an attention layer. Query head h reads key/value head {@code h / (heads / kvHeads)}.
 *
 * @param heads query heads
 * @param kvHeads key/value heads; divides {@code heads}
 * @param headDim columns of a head
 * @param scale factor on q·k, usually 1/√headDim
 * @param window keys that a query sees, itself included; 0 = all
 */
public record AttentionShape(int heads, int kvHeads, int headDim, float scale, int window) {
  /** Checks that heads divide evenly. */
  public AttentionShape {
    if (kvHeads <= 0 || heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          heads + " heads do not divide over " + kvHeads + " key/value heads");
    }
  }

  /** Query heads per key/value head. */
  public int groupSize() {
    return heads / kvHeads;
  }

  /** First position that a query at {@code position} sees. */
  public int firstVisible(int position) {
    return window == 0 ? 0 : Math.max(0, position - window + 1);
  }
}
