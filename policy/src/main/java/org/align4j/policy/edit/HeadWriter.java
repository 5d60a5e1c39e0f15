package org.align4j.policy.edit;

import java.util.Arrays;
import java.util.List;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.model.DecoderTransformer;

/** Writes heads into the adapter of a layer's attention, group by group. */
final class HeadWriter {
  private final AttentionBlock block;
  private final AttentionShape shape;
  private final ModuleEdit query;
  private final ModuleEdit key;
  private final ModuleEdit value;
  private final ModuleEdit output;

  HeadWriter(DecoderTransformer model, AttentionBlock block) {
    this.block = block;
    shape = block.shape();
    query = new ModuleEdit(model, block.prefix() + AttentionBlock.QUERY);
    key = new ModuleEdit(model, block.prefix() + AttentionBlock.KEY);
    value = new ModuleEdit(model, block.prefix() + AttentionBlock.VALUE);
    output = new ModuleEdit(model, block.prefix() + AttentionBlock.OUTPUT);
  }

  /** Replaces a group by heads, at most as many as it has; others of the group add nothing. */
  void write(int group, List<PoolingHead> heads) {
    writeKeysAndValues(group, heads);
    for (int i = 0; i < shape.groupSize(); i++) {
      writeQuery(group * shape.groupSize() + i, i, heads);
      writeOutput(group * shape.groupSize() + i, i, heads);
    }
  }

  /** All of the group's keys and values, so that nothing of the former heads is left. */
  private void writeKeysAndValues(int group, List<PoolingHead> heads) {
    double[] nothing = new double[block.norm().length];
    double[][] keys = new double[shape.headDim()][];
    double[][] values = new double[shape.headDim()][];
    Arrays.fill(keys, nothing);
    Arrays.fill(values, nothing);
    int next = 0;
    for (int i = 0; i < heads.size(); i++) {
      keys[slow(i)] = heads.get(i).key();
      for (double[] wanted : heads.get(i).values()) {
        values[next++] = wanted;
      }
    }
    for (int i = 0; i < shape.headDim(); i++) {
      int row = group * shape.headDim() + i;
      key.replaceRow(row, keys[i], block.key()[row]);
      value.replaceRow(row, values[i], block.value()[row]);
    }
  }

  /** The key of each head is in a dimension of its own: a query reads one of them. */
  private void writeQuery(int head, int index, List<PoolingHead> heads) {
    double[] nothing = new double[block.norm().length];
    for (int i = 0; i < heads.size(); i++) {
      int row = head * shape.headDim() + slow(i);
      double[] wanted =
          i == index
              ? Arrays.stream(heads.get(i).query()).map(x -> x / shape.scale()).toArray()
              : nothing;
      query.replaceRow(row, wanted, block.query()[row]);
    }
  }

  /** A head writes its own values; the others' are there, too, as the group shares them. */
  private void writeOutput(int head, int index, List<PoolingHead> heads) {
    double[] nothing = new double[block.output().length];
    int column = head * shape.headDim();
    for (int i = 0; i < heads.size(); i++) {
      for (double[] wanted : heads.get(i).outputs()) {
        output.replaceColumn(column, i == index ? wanted : nothing, block.outputColumn(column));
        column++;
      }
    }
  }

  /**
   * Dimension i of those that turn slowest. Rotary embedding turns dimensions i and i + width / 2
   * together, slower the higher i is; the partner stays empty.
   */
  private int slow(int i) {
    return shape.headDim() / 2 - 1 - i;
  }
}
