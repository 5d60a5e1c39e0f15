package org.align4j.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.align4j.core.data.Content;
import org.align4j.core.data.DataException;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.run.Progress;
import org.align4j.reward.encoder.MiniLmEncoder;
import org.align4j.reward.encoder.RewardHead;
import org.align4j.reward.encoder.TokenEncoder;
import org.align4j.reward.encoder.TokenEncoder.End;

/**
 * Trains the head of an {@link EncoderReward} by the Bradley-Terry loss. Margins of pairs are 0,
 * and chats are read as plain text, one turn a line.
 */
public final class EncoderRewardTrainer implements RewardTrainer {
  private final TokenEncoder given;
  private EncoderRewardConfig config = EncoderRewardConfig.DEFAULT;
  private Progress.Factory progress = Progress.SILENT;

  /** Trains on a given encoder, or on a new one for each model if that is null. */
  EncoderRewardTrainer(TokenEncoder given) {
    this.given = given;
  }

  /**
   * Sets the configuration.
   *
   * @param value all settings
   * @return this trainer
   */
  public EncoderRewardTrainer config(EncoderRewardConfig value) {
    config = value;
    return this;
  }

  /**
   * Sets where progress is shown.
   *
   * @param value starts a bar for each training
   * @return this trainer
   */
  public EncoderRewardTrainer progress(Progress.Factory value) {
    progress = value;
    return this;
  }

  @Override
  public EncoderReward fit(List<PreferencePair> pairs) {
    if (pairs.isEmpty()) {
      throw new DataException("there are no pairs to train on; give at least one");
    }
    if (given != null) {
      return new EncoderReward(given, false, train(given, pairs));
    }
    TokenEncoder encoder = new MiniLmEncoder();
    try {
      return new EncoderReward(encoder, true, train(encoder, pairs));
    } catch (RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  private RewardHead train(TokenEncoder encoder, List<PreferencePair> pairs) {
    Encoded prompts = Encoded.of(encoder, texts(pairs, PreferencePair::prompt), End.LAST);
    Encoded chosen = Encoded.of(encoder, texts(pairs, PreferencePair::chosen), End.FIRST);
    Encoded rejected = Encoded.of(encoder, texts(pairs, PreferencePair::rejected), End.FIRST);
    int steps = config.steps(pairs.size());
    RewardHead head =
        RewardHead.create(
            new RewardHead.Shape(
                encoder.dimension(),
                config.filters(),
                config.dropout(),
                config.learningRate(),
                steps,
                config.weightDecay(),
                RandomStream.of(config.seed(), Purpose.NETWORK).seed()));
    List<Integer> order = new ArrayList<>(IntStream.range(0, pairs.size()).boxed().toList());
    int iteration = 0;
    try (Progress bar = progress.start("reward head", steps)) {
      for (int epoch = 0; epoch < config.epochs(); epoch++) {
        RandomStream.of(config.seed(), Purpose.DATA_ORDER).at(epoch).shuffle(order);
        for (int from = 0; from < order.size(); from += config.batchSize()) {
          List<Integer> rows =
              order.subList(from, Math.min(order.size(), from + config.batchSize()));
          List<float[][]> asked = prompts.states(rows);
          asked.addAll(List.copyOf(asked));
          List<float[][]> answered = chosen.states(rows);
          answered.addAll(rejected.states(rows));
          double value = step(head, asked, answered, iteration++, epoch);
          bar.step(1);
          bar.note(String.format(Locale.ROOT, "loss %.4f", value));
        }
      }
    }
    return head;
  }

  private static List<String> texts(
      List<PreferencePair> pairs, Function<PreferencePair, Content> side) {
    return pairs.stream().map(side).map(Content::plainText).toList();
  }

  /** Token states of texts, each different text encoded once. */
  private record Encoded(List<String> order, Map<String, float[][]> states) {
    static Encoded of(TokenEncoder encoder, List<String> texts, End end) {
      List<String> distinct = texts.stream().distinct().toList();
      List<float[][]> encoded = encoder.encode(distinct, end);
      Map<String, float[][]> states = new HashMap<>();
      for (int i = 0; i < distinct.size(); i++) {
        states.put(distinct.get(i), encoded.get(i));
      }
      return new Encoded(texts, states);
    }

    List<float[][]> states(List<Integer> rows) {
      List<float[][]> out = new ArrayList<>();
      rows.forEach(row -> out.add(states.get(order.get(row))));
      return out;
    }
  }

  /** One update; prompts and completions hold the chosen half first. */
  private double step(
      RewardHead head,
      List<float[][]> prompts,
      List<float[][]> completions,
      int iteration,
      int epoch) {
    double[] all = head.forward(prompts, completions);
    int n = all.length / 2;
    BradleyTerryLoss.Value value =
        config
            .loss()
            .evaluate(Arrays.copyOf(all, n), Arrays.copyOfRange(all, n, 2 * n), new double[n], n);
    double[] gradient = new double[2 * n];
    System.arraycopy(value.dChosen(), 0, gradient, 0, n);
    System.arraycopy(value.dRejected(), 0, gradient, n, n);
    head.backward(gradient, iteration, epoch);
    return value.loss();
  }
}
