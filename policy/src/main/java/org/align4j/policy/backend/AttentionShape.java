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
  /**
   * Checks that heads divide evenly.
   *
   * @param heads query heads
   * @param kvHeads key/value heads; divides {@code heads}
   * @param headDim columns of a head
   * @param scale factor on q·k, usually 1/√headDim
   * @param window keys that a query sees, itself included; 0 = all
   */
  public AttentionShape {
    if (kvHeads <= 0 || heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          heads + " heads do not divide over " + kvHeads + " key/value heads");
    }
  }

  /** {@return query heads per key/value head} */
  public int groupSize() {
    return heads / kvHeads;
  }

  /**
   * {@return first position that a query at {@code position} sees}
   *
   * @param position from 0
   */
  public int firstVisible(int position) {
    return window == 0 ? 0 : Math.max(0, position - window + 1);
  }
}
