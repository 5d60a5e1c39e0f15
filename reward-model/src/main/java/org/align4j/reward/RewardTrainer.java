package org.align4j.reward;

import java.util.List;
import org.align4j.core.data.PreferencePair;
import org.align4j.policy.ChatModel;
import org.align4j.policy.format.PolicyModel;
import org.align4j.reward.encoder.TokenEncoder;

/**
 * Trains a {@link RewardModel} on preference pairs.
 *
 * <pre>{@code
 * try (RewardModel reward = RewardTrainer.encoder().fit(pairs)) {
 *   System.out.println(reward.evaluate(heldOut).accuracy().value());
 *   reward.save(folder);
 * }
 * }</pre>
 */
public interface RewardTrainer {

  /**
   * Trains and returns a model that is ready to score. The caller closes it.
   *
   * @param pairs at least one
   * @return the model; the caller closes it
   */
  RewardModel fit(List<PreferencePair> pairs);

  /**
   * A trainer that puts a scalar head on a language model and trains the head and whatever of the
   * model is trainable: an adapter, all weights or, of a frozen model, nothing else.
   *
   * @param base stays open while the reward model is in use; the caller closes it
   * @return a trainer at TRL's defaults
   */
  static TransformerRewardTrainer transformer(ChatModel base) {
    return transformer(base.parts());
  }

  /**
   * {@return the same on a model's parts}
   *
   * @param base is changed by training, and stays open while the reward model is in use; the caller
   *     closes it
   */
  static TransformerRewardTrainer transformer(PolicyModel base) {
    return new TransformerRewardTrainer(base);
  }

  /** {@return a trainer for a small head on a frozen sentence encoder, MiniLM; it takes seconds} */
  static EncoderRewardTrainer encoder() {
    return new EncoderRewardTrainer(null);
  }

  /**
   * The same on another encoder.
   *
   * @param encoder stays open while the reward model is in use; the caller closes it
   * @return a trainer at the defaults
   */
  static EncoderRewardTrainer encoder(TokenEncoder encoder) {
    return new EncoderRewardTrainer(encoder);
  }
}
