package org.align4j.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.align4j.core.data.SoftTarget;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.WeightsFingerprint;
import org.align4j.policy.task.RetainedPrompt;
import org.align4j.policy.task.RetainedPrompts;
import org.align4j.policy.task.RetentionTask;
import org.align4j.policy.task.SoftTargetTask;
import org.align4j.policy.text.Tokenization;
import org.align4j.policy.text.TokenizedPrompt;
import org.align4j.policy.text.TokenizedSoftTarget;
import org.align4j.policy.train.AddedLoss;
import org.align4j.policy.train.TrainingConfig;

/**
 * Rows that are a prompt alone, with a loss on the distribution over the first token of the answer,
 * which is added to that of every step.
 */
@FunctionalInterface
interface NextTokenRows {
  /** The metrics' first part for retention. */
  String RETENTION = "retention";

  /** The metrics' first part for soft targets. */
  String SOFT_TARGET = "soft_target";

  /** The loss on the rows, for the model as training begins. */
  AddedLoss<?> loss(ChatModel model, Tokenization tokenization, TrainingConfig config);

  /** Retention of a model's distributions after prompts. */
  static NextTokenRows retained(List<String> prompts, Retention retention) {
    return (model, tokenization, config) -> {
      List<TokenizedPrompt> tokenized = tokenization.prompts("retained prompt", prompts);
      DecoderTransformer network = model.network();
      boolean adapter = network.hasReference();
      DecoderTransformer reference = adapter ? network : model.reload().network();
      Mode mode = adapter ? Mode.REFERENCE : Mode.EVALUATE;
      List<RetainedPrompt> rows =
          new RetainedPrompts(reference, mode, config.microBatchTokens())
              .compute(tokenized, retention.tokens(), model.parts().assets().stopTokens());
      return new AddedLoss<>(
          RETENTION,
          new RetentionTask(network, reference, retention.divergence(), retention.weight()),
          rows,
          retention.batchSize(),
          config,
          fingerprint(
              retention.toString(),
              digest -> tokenized.forEach(row -> WeightsFingerprint.update(digest, row.ids()))));
    };
  }

  /** Soft targets of the first token. */
  static NextTokenRows softTargets(List<SoftTarget> targets, SoftTargets how) {
    return (model, tokenization, config) -> {
      List<TokenizedSoftTarget> rows = tokenization.softTargets(targets);
      return new AddedLoss<>(
          SOFT_TARGET,
          new SoftTargetTask(model.network(), SoftTargets.loss(model, how.tokens()), how.weight()),
          rows,
          how.batchSize(),
          config,
          fingerprint(
              how.toString(),
              digest ->
                  rows.forEach(
                      row -> {
                        WeightsFingerprint.update(digest, row.prompt());
                        digest.update(text(Double.toString(row.target())));
                      })));
    };
  }

  private static String fingerprint(String settings, Consumer<MessageDigest> rows) {
    MessageDigest digest = WeightsFingerprint.sha256();
    digest.update(text(settings));
    rows.accept(digest);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] text(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
