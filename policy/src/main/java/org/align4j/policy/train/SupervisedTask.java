package org.align4j.policy.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.objective.SftLoss;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/** Supervised fine-tuning on completions. */
public final class SupervisedTask implements TrainingTask<TokenizedDemonstration> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int MIN_SHARED_PREFIX = 8;

  private final LanguageModel model;
  private final SftLoss loss;

  /** Trains the model with a supervised loss. */
  public SupervisedTask(LanguageModel model, SftLoss loss) {
    this.model = model;
    this.loss = loss;
  }

  @Override
  public LanguageModel model() {
    return model;
  }

  @Override
  public int tokens(TokenizedDemonstration example) {
    return example.prompt().length + example.completion().length;
  }

  @Override
  public int countedTokens(TokenizedDemonstration example) {
    return tokens(example);
  }

  @Override
  public double run(
      List<TokenizedDemonstration> micro,
      List<TokenizedDemonstration> step,
      boolean train,
      MetricSums metrics) {
    TokenBatch batch = batch(micro);
    TokenStats stats = model.forward(batch, train ? Mode.TRAIN : Mode.EVALUATE);
    List<double[]> logProbs = new ArrayList<>(micro.size());
    for (int i = 0; i < batch.completions(); i++) {
      logProbs.add(batch.slice(stats.logProbs(), i));
    }
    long stepTokens = step.stream().mapToLong(example -> example.completion().length).sum();
    SftLoss.Value value = loss.evaluate(logProbs, stepTokens);
    if (train) {
      double[] gradient = new double[batch.targets().length];
      for (int i = 0; i < batch.completions(); i++) {
        double[] row = value.dLogProbs().get(i);
        System.arraycopy(row, 0, gradient, batch.offsets()[i], row.length);
      }
      model.backward(gradient);
    }
    for (int t = 0; t < batch.targets().length; t++) {
      metrics.add("entropy", stats.entropies()[t], 1);
      metrics.add("mean_token_accuracy", stats.correct()[t], 1);
    }
    return value.loss();
  }

  /**
   * Chat prompts begin with the same system turn; its rows go through the network once. Short
   * common prefixes are not worth a shared group, which attention's backward pass cannot cut.
   */
  private static TokenBatch batch(List<TokenizedDemonstration> micro) {
    int shared = commonPrefix(micro);
    List<PromptCompletions> groups = new ArrayList<>(micro.size());
    if (micro.size() < 2 || shared < MIN_SHARED_PREFIX) {
      micro.forEach(example -> groups.add(example.completions()));
      return TokenBatch.of(groups);
    }
    List<int[]> continuations = new ArrayList<>(micro.size());
    int[] scoredFrom = new int[micro.size()];
    for (int i = 0; i < micro.size(); i++) {
      int[] prompt = micro.get(i).prompt();
      int[] completion = micro.get(i).completion();
      int[] rest = Arrays.copyOfRange(prompt, shared, prompt.length + completion.length);
      System.arraycopy(completion, 0, rest, prompt.length - shared, completion.length);
      continuations.add(rest);
      scoredFrom[i] = prompt.length - shared;
    }
    int[] prefix = Arrays.copyOf(micro.get(0).prompt(), shared);
    return TokenBatch.of(List.of(new PromptCompletions(prefix, continuations, scoredFrom)));
  }

  private static int commonPrefix(List<TokenizedDemonstration> micro) {
    int[] first = micro.get(0).prompt();
    int shared = first.length;
    for (TokenizedDemonstration example : micro) {
      int mismatch = Arrays.mismatch(first, example.prompt());
      shared = mismatch < 0 ? shared : Math.min(shared, mismatch);
    }
    return shared;
  }

  @Override
  public JsonNode describe(TokenizedDemonstration example) {
    ObjectNode node = JSON.createObjectNode();
    node.put("source", example.source());
    node.set("prompt", JSON.valueToTree(example.prompt()));
    node.set("completion", JSON.valueToTree(example.completion()));
    return node;
  }
}
