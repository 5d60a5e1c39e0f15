package org.align4j.reward;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.format.ModelFolders;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.task.MicroBatches;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.reward.text.ChatTurns;

/**
 * A transformer that scores completions: a decoder with a scalar head, read at the completion's
 * last token by index. Loads and writes transformers' {@code *ForSequenceClassification} folders
 * with one label.
 */
public final class TransformerReward implements RewardModel {
  private static final int MICRO_BATCH_TOKENS = 4096;

  private final PolicyModel base;
  private final boolean ownsBase;
  private final ScalarHeadModel model;
  private boolean closed;

  private TransformerReward(PolicyModel base, boolean ownsBase) {
    this.base = base;
    this.ownsBase = ownsBase;
    model = new ScalarHeadModel(base.transformer(), base.transformer().backend());
  }

  /**
   * Puts a new head on a language model.
   *
   * @param base stays open while this model is in use; the caller closes it
   * @param seed of the head's first values
   * @return the model, whose head is random
   */
  public static TransformerReward fromLanguageModel(PolicyModel base, long seed) {
    TransformerReward reward = new TransformerReward(base, false);
    reward.model.head().initialize(seed);
    return reward;
  }

  /**
   * Reads a folder that {@link #save} or transformers wrote, with the default backend.
   *
   * @param folder of a sequence classifier with one label
   * @return the model; the caller closes it
   */
  public static TransformerReward load(Path folder) {
    return withHead(PolicyModel.loadHeadless(folder), folder);
  }

  /**
   * Reads a folder that {@link #save} or transformers wrote.
   *
   * @param folder of a sequence classifier with one label
   * @param backend what computes
   * @return the model; the caller closes it
   */
  public static TransformerReward load(Path folder, Backend backend) {
    return withHead(PolicyModel.loadHeadless(folder, backend), folder);
  }

  private static TransformerReward withHead(PolicyModel base, Path folder) {
    TransformerReward reward = new TransformerReward(base, true);
    try {
      ModelFolders.readHead(folder, reward.model);
    } catch (RuntimeException e) {
      reward.close();
      throw e;
    }
    return reward;
  }

  /** {@return tokenizer, template and decoder} */
  public PolicyModel base() {
    return base;
  }

  /** {@return the decoder with its head} */
  public ScalarHeadModel model() {
    return model;
  }

  /**
   * Writes the folder. An adapter is merged into the weights of {@link #base}, which can then no
   * longer be trained.
   */
  @Override
  public void save(Path folder) throws IOException {
    requireOpen();
    if (base.transformer().lora() != null) {
      base.transformer().mergeAdapter();
    }
    ModelFolders.writeClassifier(base, model, folder);
  }

  /**
   * Writes only what was trained, as a PEFT adapter that keeps the head.
   *
   * @param baseModel name of the base model, for the adapter's configuration
   * @param folder is made if it is not there
   * @throws IOException names the file that cannot be written
   */
  public void saveAdapter(String baseModel, Path folder) throws IOException {
    requireOpen();
    PeftAdapters.writeClassifier(model, baseModel, folder);
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    requireOpen();
    return scores(new ChatTurns(base.text(), "").encode(prompts, completions));
  }

  /**
   * Scores tokenised prompts with one completion each, neighbours in length together.
   *
   * @param groups prompts with one completion each
   * @return one score a group, in order
   */
  public double[] scores(List<PromptCompletions> groups) {
    requireOpen();
    List<Integer> order = new ArrayList<>(IntStream.range(0, groups.size()).boxed().toList());
    order.sort(Comparator.comparingInt(i -> length(groups.get(i))));
    double[] out = new double[groups.size()];
    if (groups.isEmpty()) {
      return out;
    }
    for (List<Integer> part :
        MicroBatches.cut(order, i -> length(groups.get(i)), MICRO_BATCH_TOKENS)) {
      double[] scores =
          model.forward(
              TokenBatch.lastTokens(part.stream().map(groups::get).toList()), Mode.EVALUATE);
      for (int i = 0; i < scores.length; i++) {
        out[part.get(i)] = scores[i];
      }
    }
    return out;
  }

  private static int length(PromptCompletions group) {
    return group.prompt().length + group.completions().get(0).length;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the reward model has been closed");
    }
  }

  /** Closes the base of a loaded model; the base of a trained one stays as it is. */
  @Override
  public void close() {
    if (!closed && ownsBase) {
      base.close();
    }
    closed = true;
  }
}
