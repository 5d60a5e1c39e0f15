package org.align4j.policy.generate;

import java.util.List;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;

/** Chooses the next token of every running sequence. */
final class TokenChooser {
  private final Backend backend;

  /** A row of the vocabulary for each thread. */
  private final float[][] rows;

  TokenChooser(Backend backend, int sequences, int vocabulary) {
    this.backend = backend;
    int threads = Math.min(sequences, Runtime.getRuntime().availableProcessors());
    rows = new float[threads][vocabulary];
  }

  /**
   * A token for each sequence, and what the probabilities say of it but whether it is the
   * likeliest.
   */
  record Chosen(int[] tokens, TokenStats stats) {}

  /**
   * Chooses.
   *
   * @param logits a row for each sequence; become probabilities
   */
  Chosen choose(List<Sequence> running, Tensor logits, SamplingParams params) {
    int[] tokens = new int[running.size()];
    if (params.repetitionPenalty() != 1) {
      forEachRow(
          tokens.length,
          (i, row) -> {
            Sequence sequence = running.get(i);
            logits.readRow(i, row, 0);
            TokenSampler.penalise(
                row, sequence.tokens, sequence.length, params.repetitionPenalty());
            logits.writeRow(i, row, 0);
          });
    }
    TokenStats stats = TokenStats.zeros(tokens.length);
    if (params.temperature() == 0) {
      backend.argmax(logits, tokens);
      backend.softmax(logits, tokens, stats, 0);
      return new Chosen(tokens, stats);
    }
    if (params.temperature() != 1) {
      backend.scale((float) (1 / params.temperature()), logits);
    }
    backend.softmax(logits, tokens, stats, 0);
    forEachRow(
        tokens.length,
        (i, row) -> {
          logits.readRow(i, row, 0);
          double uniform = running.get(i).random.nextDouble();
          tokens[i] = TokenSampler.sample(row, row.length, params, uniform);
          stats.logProbs()[i] = Math.log(row[tokens[i]]);
        });
    return new Chosen(tokens, stats);
  }

  /** What is done with the row of a sequence. */
  @FunctionalInterface
  private interface RowTask {
    void run(int index, float[] row);
  }

  private void forEachRow(int count, RowTask task) {
    int threads = rows.length;
    IntStream.range(0, threads)
        .parallel()
        .forEach(
            thread -> {
              for (int i = thread; i < count; i += threads) {
                task.run(i, rows[thread]);
              }
            });
  }
}
