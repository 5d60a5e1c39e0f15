package org.align4j.policy.edit;

import static org.align4j.core.ConfigurationException.require;

import java.util.List;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;

/**
 * Puts neurons of one's own in the place of a layer's least important ones. The edit is exact and
 * lives in the model's LoRA adapter, one rank a neuron: what is saved is an ordinary PEFT adapter.
 */
public final class NeuronEdits {
  private static final List<String> MODULES =
      List.of(FeedForwardBlock.GATE, FeedForwardBlock.UP, FeedForwardBlock.DOWN);

  private NeuronEdits() {}

  /**
   * Checks that an edit will succeed, before long work for it begins.
   *
   * @param model with an adapter
   * @param layer from 0
   * @param neurons how many are written
   * @throws org.align4j.core.ConfigurationException if model or adapter have no room for them
   */
  public static void requireRoom(DecoderTransformer model, int layer, int neurons) {
    LoraConfig lora = model.lora();
    require(
        lora != null && hasRoom(lora, layer, MODULES, neurons),
        "an edit of %d neurons of layer %d needs an adapter of that rank from that layer on"
            .formatted(neurons, layer));
    require(
        lora.targets().containsAll(MODULES),
        "an edit of neurons needs an adapter on gate_proj, up_proj and down_proj");
    require(
        !model.config().biases().feedForward(),
        "neurons cannot be replaced in this "
            + model.config().modelType()
            + " model: its feed-forward blocks have biases, which an adapter does not reach");
  }

  /**
   * Replaces neurons. The adapter's factors of the layer's feed-forward block must be unused, as
   * they are before training.
   *
   * @param model with an adapter on that block whose ranks are at least the number of neurons
   * @param layer from 0
   * @param neurons what the block computes besides its other neurons
   * @throws org.align4j.core.ConfigurationException if model or adapter have no room for them
   */
  public static void replaceIdle(DecoderTransformer model, int layer, List<Neuron> neurons) {
    requireRoom(model, layer, neurons.size());
    FeedForwardBlock block = FeedForwardBlock.of(model, layer);
    List<Integer> places = block.idle(neurons.size());
    ModuleEdit gate = new ModuleEdit(model, block.prefix() + FeedForwardBlock.GATE);
    ModuleEdit up = new ModuleEdit(model, block.prefix() + FeedForwardBlock.UP);
    ModuleEdit down = new ModuleEdit(model, block.prefix() + FeedForwardBlock.DOWN);
    for (int i = 0; i < neurons.size(); i++) {
      int place = places.get(i);
      Neuron wanted = neurons.get(i);
      Neuron present = block.neuron(place);
      gate.replaceRow(place, wanted.gate(), present.gate());
      up.replaceRow(place, wanted.up(), present.up());
      down.replaceColumn(place, wanted.down(), present.down());
    }
  }

  /**
   * Adds to the gate weights of neurons that {@link #replaceIdle} wrote into an adapter, which may
   * have been stored since.
   *
   * @param model with that adapter, not merged
   * @param layer from 0
   * @param count the first ones of the layer, at least 1
   * @param shift what is added to the gate weights of each, one value an input
   * @throws org.align4j.core.ConfigurationException if there is no such layer, or the adapter has
   *     no such neurons there
   */
  public static void shiftGates(DecoderTransformer model, int layer, int count, double[] shift) {
    LoraConfig lora = model.lora();
    int layers = model.config().layers();
    require(
        layer < layers,
        "layer is %d; a model of %d layers has none of that number".formatted(layer, layers));
    require(
        lora != null && hasRoom(lora, layer, List.of(FeedForwardBlock.GATE), count),
        "there are no %d neurons of an edit in layer %d: the model has no adapter of that rank there"
            .formatted(count, layer));
    ModuleEdit gate = new ModuleEdit(model, FeedForwardBlock.prefix(layer) + FeedForwardBlock.GATE);
    for (int rank = 0; rank < count; rank++) {
      gate.shiftRow(rank, shift);
    }
  }

  /** Whether the adapter stands in the layer, with a rank for each neuron in each module. */
  private static boolean hasRoom(LoraConfig lora, int layer, List<String> modules, int neurons) {
    String prefix = FeedForwardBlock.prefix(layer);
    return lora.firstLayer() <= layer
        && modules.stream().allMatch(module -> lora.rank(prefix + module) >= neurons);
  }
}
