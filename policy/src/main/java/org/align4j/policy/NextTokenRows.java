package org.align4j.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.align4j.core.data.SoftTarget;
import org.align4j.core.run.Progress;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.FinishReason;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
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

  /** Answers that are generated at a time. */
  int BATCH = 32;

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
              .compute(tokenized, answers(tokenized, retention.tokens() - 1, reference, model));
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

  /** The first tokens of the reference's greedy answers; fewer where it ends one before. */
  private static List<int[]> answers(
      List<TokenizedPrompt> prompts, int tokens, DecoderTransformer reference, ChatModel model) {
    if (tokens == 0) {
      return Collections.nCopies(prompts.size(), new int[0]);
    }
    Set<Integer> stops = model.parts().assets().stopTokens();
    // Before training, an adapter that goes on from a stored one is the reference's.
    boolean adapter = !reference.referenceAdapterFingerprint().isEmpty();
    try (Generator generator = new Generator(reference, stops, BATCH, adapter)) {
      return generator
          .generate(
              prompts.stream().map(TokenizedPrompt::ids).toList(),
              SamplingParams.greedy(tokens),
              Progress.SILENT,
              RETENTION)
          .stream()
          .map(NextTokenRows::withoutStop)
          .toList();
    }
  }

  private static int[] withoutStop(Completion answer) {
    int end = answer.ids().length;
    return answer.finishReason() == FinishReason.STOP
        ? Arrays.copyOf(answer.ids(), end - 1)
        : answer.ids();
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
