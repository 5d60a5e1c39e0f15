package org.align4j.policy.model;

import org.align4j.policy.backend.AttentionShape;

/**
 * Dimensions of a Llama-family decoder.
 *
 * @param modelType Hugging Face's {@code model_type}
 * @param vocabulary rows of the embedding
 * @param hidden width of the residual stream
 * @param feedForward width of the gated feed-forward layer
 * @param layers decoder layers
 * @param heads query heads
 * @param kvHeads key/value heads
 * @param headDim columns of a head
 * @param normEpsilon ε of RMSNorm
 * @param rope rotary embedding
 * @param tiedHead whether the head is the embedding
 * @param window layers whose queries see only the latest keys
 * @param biases projections that have one
 * @param maxPositions longest sequence
 */
public record ModelConfig(
    String modelType,
    int vocabulary,
    int hidden,
    int feedForward,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    float normEpsilon,
    RopeConfig rope,
    boolean tiedHead,
    SlidingWindow window,
    Biases biases,
    int maxPositions) {

  /**
   * Rejects sizes that cannot be.
   *
   * @param modelType Hugging Face's {@code model_type}
   * @param vocabulary rows of the embedding
   * @param hidden width of the residual stream
   * @param feedForward width of the gated feed-forward layer
   * @param layers decoder layers
   * @param heads query heads
   * @param kvHeads key/value heads
   * @param headDim columns of a head
   * @param normEpsilon ε of RMSNorm
   * @param rope rotary embedding
   * @param tiedHead whether the head is the embedding
   * @param window layers whose queries see only the latest keys
   * @param biases projections that have one
   * @param maxPositions longest sequence
   */
  public ModelConfig {
    if (vocabulary <= 0 || hidden <= 0 || feedForward <= 0 || layers <= 0 || headDim <= 0) {
      throw new IllegalArgumentException(
          "model sizes must be positive: vocabulary "
              + vocabulary
              + ", hidden "
              + hidden
              + ", feed-forward "
              + feedForward
              + ", layers "
              + layers
              + ", head "
              + headDim);
    }
    if (heads <= 0 || kvHeads <= 0 || heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          heads + " attention heads do not divide over " + kvHeads + " key/value heads");
    }
    if (!(normEpsilon >= 0) || Float.isInfinite(normEpsilon)) {
      throw new IllegalArgumentException("rms_norm_eps must not be negative: " + normEpsilon);
    }
    if (headDim % 2 != 0) {
      throw new IllegalArgumentException("head_dim must be even for rotary embedding: " + headDim);
    }
    if (maxPositions <= 0) {
      throw new IllegalArgumentException(
          "max_position_embeddings must be positive: " + maxPositions);
    }
  }

  /**
   * A decoder whose layers are all alike.
   *
   * @param modelType {@code model_type} of {@code config.json}
   * @param vocabulary number of tokens
   * @param hidden width of the residual stream
   * @param feedForward width between a feed-forward block's projections
   * @param layers number of layers
   * @param heads query heads
   * @param kvHeads key/value heads
   * @param headDim width of a head, even
   * @param normEpsilon ε of RMSNorm
   * @param rope rotary frequencies
   * @param tiedHead whether the head is the embedding
   * @param slidingWindow keys that a query sees; 0 = all
   * @param attentionBias whether q, k and v have a bias
   * @param maxPositions most tokens of a sequence
   */
  public ModelConfig(
      String modelType,
      int vocabulary,
      int hidden,
      int feedForward,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      float normEpsilon,
      RopeConfig rope,
      boolean tiedHead,
      int slidingWindow,
      boolean attentionBias,
      int maxPositions) {
    this(
        modelType,
        vocabulary,
        hidden,
        feedForward,
        layers,
        heads,
        kvHeads,
        headDim,
        normEpsilon,
        rope,
        tiedHead,
        slidingWindow == 0 ? SlidingWindow.NONE : SlidingWindow.of(slidingWindow, 0, layers),
        attentionBias ? Biases.QKV : Biases.NONE,
        maxPositions);
  }

  /**
   * {@return attention of a layer as the backend sees it}
   *
   * @param layer from 0
   */
  public AttentionShape attention(int layer) {
    return new AttentionShape(
        heads, kvHeads, headDim, (float) (1 / Math.sqrt(headDim)), window.of(layer));
  }

  /** {@return columns of all query heads} */
  public int queryColumns() {
    return heads * headDim;
  }

  /** {@return columns of all key (or value) heads} */
  public int kvColumns() {
    return kvHeads * headDim;
  }

  /** {@return weights of all matrices} */
  public long weights() {
    long attention = (long) hidden * 2 * (queryColumns() + kvColumns());
    long layer = attention + 3L * hidden * feedForward;
    return layers * layer + (tiedHead ? 1L : 2L) * vocabulary * hidden;
  }

  /** {@return the same with the embedding as the head, so that no other is expected in a file} */
  public ModelConfig withTiedHead() {
    return new ModelConfig(
        modelType,
        vocabulary,
        hidden,
        feedForward,
        layers,
        heads,
        kvHeads,
        headDim,
        normEpsilon,
        rope,
        true,
        window,
        biases,
        maxPositions);
  }
}
