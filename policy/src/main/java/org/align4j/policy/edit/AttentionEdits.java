package org.align4j.policy.edit;

import static org.align4j.core.ConfigurationException.require;

import java.util.List;
import java.util.stream.IntStream;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ModelConfig;

/**
 * Puts attention heads of one's own in the place of a layer's least important ones. The edit lives
 * in the model's LoRA adapter: what is saved is an ordinary PEFT adapter.
 *
 * <p>Query heads that share a key/value head are replaced together. Queries and keys use the
 * dimensions that rotary embedding turns slowest, so that a head weighs tokens by what they are and
 * not by where they stand, within some hundred tokens.
 */
public final class AttentionEdits {
  private AttentionEdits() {}

  /**
   * The ranks that an edit needs, where the adapter has smaller ones.
   *
   * @param lora an adapter's configuration
   * @param config of the model
   * @param layer from 0
   * @param heads how many are written, &ge; 1
   * @param values of each head, &ge; 1
   * @return the configuration with room for the edit
   * @throws org.align4j.core.ConfigurationException if the model has no room for such heads
   */
  public static LoraConfig withRoom(
      LoraConfig lora, ModelConfig config, int layer, int heads, int values) {
    AttentionShape shape = config.attention(layer);
    requireRoom(config, shape, heads, values);
    int groups = groups(shape, heads);
    int inGroup = Math.min(heads, shape.groupSize());
    int columns = groups * shape.headDim();
    int queries = groups * shape.groupSize() * inGroup;
    String prefix = AttentionBlock.prefix(layer);
    LoraConfig query = withRank(lora, prefix + AttentionBlock.QUERY, queries);
    LoraConfig key = withRank(query, prefix + AttentionBlock.KEY, columns);
    LoraConfig value = withRank(key, prefix + AttentionBlock.VALUE, columns);
    return withRank(value, prefix + AttentionBlock.OUTPUT, queries * values);
  }

  /** At least this one. */
  private static LoraConfig withRank(LoraConfig lora, String module, int rank) {
    return lora.rank(module) >= rank ? lora : lora.withRank(module, rank);
  }

  private static int groups(AttentionShape shape, int heads) {
    return (heads + shape.groupSize() - 1) / shape.groupSize();
  }

  private static void requireRoom(ModelConfig config, AttentionShape shape, int heads, int values) {
    require(heads >= 1 && values >= 1, "an edit of attention needs heads and values");
    require(
        heads <= shape.heads(),
        "the layer has %d attention heads; %d are too many".formatted(shape.heads(), heads));
    int inGroup = Math.min(heads, shape.groupSize());
    require(
        inGroup <= shape.headDim() / 2 && inGroup * values <= shape.headDim(),
        "%d heads of %d values that share a key/value head do not fit into its width of %d"
            .formatted(inGroup, values, shape.headDim()));
    require(
        !config.biases().qkv() && !config.biases().output(),
        "attention heads cannot be replaced in a "
            + config.modelType()
            + " model: its attention has biases, which an adapter does not reach");
  }

  /**
   * Checks that an edit will succeed, before long work for it begins.
   *
   * @param model with an adapter
   * @param layer from 0
   * @param heads how many are written, &ge; 1
   * @param values of each head, &ge; 1
   * @throws org.align4j.core.ConfigurationException if model or adapter have no room for them
   */
  public static void requireRoom(DecoderTransformer model, int layer, int heads, int values) {
    LoraConfig lora = model.lora();
    require(
        lora != null
            && lora.firstLayer() <= layer
            && withRoom(lora, model.config(), layer, heads, values).equals(lora),
        "an edit of %d attention heads of layer %d needs an adapter with room for them from that"
                .formatted(heads, layer)
            + " layer on; LoraConfig of AttentionEdits.withRoom has it");
    require(
        lora.targets()
            .containsAll(
                List.of(
                    AttentionBlock.QUERY,
                    AttentionBlock.KEY,
                    AttentionBlock.VALUE,
                    AttentionBlock.OUTPUT)),
        "an edit of attention heads needs an adapter on q_proj, k_proj, v_proj and o_proj");
  }

  /**
   * Replaces heads. The adapter's factors of the layer's attention must be unused, as they are
   * before training.
   *
   * @param model with an adapter that has room for them, {@link #withRoom}
   * @param layer from 0
   * @param heads with equally many values each
   * @throws org.align4j.core.ConfigurationException if model or adapter have no room for them
   */
  public static void replaceIdle(DecoderTransformer model, int layer, List<PoolingHead> heads) {
    require(!heads.isEmpty(), "an edit of attention needs heads");
    requireRoom(model, layer, heads.size(), heads.get(0).values().size());
    AttentionBlock block = AttentionBlock.of(model, layer);
    int perGroup = block.shape().groupSize();
    List<Integer> groups = block.idleGroups(groups(block.shape(), heads.size()));
    HeadWriter writer = new HeadWriter(model, block);
    IntStream.range(0, groups.size())
        .forEach(
            i ->
                writer.write(
                    groups.get(i),
                    heads.subList(i * perGroup, Math.min(heads.size(), (i + 1) * perGroup))));
  }
}
