package org.align4j.policy.model;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.align4j.core.distillation.NextTokenLoss;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.policy.backend.Tensor;

/** A {@link VocabularyDivergence}, or a {@link NextTokenLoss}, of blocks of logits, row by row. */
public final class LogitComparison {
  private static final int CHUNK_ELEMENTS = 12 << 20;

  private LogitComparison() {}

  /** Rows of logits that one block holds: about 50 MB, at least 16 rows. */
  static int chunkRows(int vocabulary) {
    return Math.max(16, CHUNK_ELEMENTS / vocabulary);
  }

  /**
   * Refuses what cannot be compared token by token.
   *
   * @param targets of the student's batch
   * @param vocabulary of the student
   * @param teacher its targets and vocabulary must be these
   * @throws IllegalArgumentException if the teacher's targets or vocabulary are others
   */
  public static void requireComparable(int[] targets, int vocabulary, NextTokenLogits teacher) {
    if (teacher.vocabulary() != vocabulary) {
      throw new IllegalArgumentException(
          "the teacher's vocabulary has "
              + teacher.vocabulary()
              + " tokens, the student's "
              + vocabulary
              + "; only equal vocabularies can be compared token by token, use the teacher's texts");
    }
    if (!Arrays.equals(targets, teacher.targets())) {
      throw new IllegalArgumentException("student and teacher must see the same completions");
    }
  }

  /**
   * Compares rows; rows run in parallel.
   *
   * @param student [rows, vocabulary]; d value / d logit on return
   * @param teacher [rows, vocabulary]
   * @param divergence of a student's row from a teacher's
   * @param values receives the divergence of row r at {@code at + r}, in nats
   * @param at place of the first row's value
   */
  public static void compare(
      Tensor student, Tensor teacher, VocabularyDivergence divergence, double[] values, int at) {
    int vocabulary = student.columns();
    IntStream.range(0, student.rows())
        .parallel()
        .forEach(
            r -> {
              float[] mine = new float[vocabulary];
              float[] theirs = new float[vocabulary];
              student.readRow(r, mine, 0);
              teacher.readRow(r, theirs, 0);
              values[at + r] = divergence.evaluate(mine, theirs, mine);
              student.writeRow(r, mine, 0);
            });
  }

  /**
   * Evaluates a loss of rows; rows run in parallel.
   *
   * @param logits [rows, vocabulary]; d value / d logit on return
   * @param loss its rows are {@code at + r}
   * @param values receives the value of row r at {@code at + r}
   * @param at number of the first row, and place of its value
   */
  public static void evaluate(Tensor logits, NextTokenLoss loss, double[] values, int at) {
    int vocabulary = logits.columns();
    IntStream.range(0, logits.rows())
        .parallel()
        .forEach(
            r -> {
              float[] row = new float[vocabulary];
              logits.readRow(r, row, 0);
              values[at + r] = loss.evaluate(at + r, row, row);
              logits.writeRow(r, row, 0);
            });
  }

  /** The loss at every target, without a gradient. */
  static double[] loss(NextTokenLogits logits, NextTokenLoss loss) {
    double[] values = new double[logits.targets().length];
    int most = Math.min(values.length, chunkRows(logits.vocabulary()));
    try (Tensor block = Tensor.zeros(most, logits.vocabulary())) {
      for (int from = 0; from < values.length; from += most) {
        int count = Math.min(most, values.length - from);
        logits.read(from, block.rows(0, count));
        evaluate(block.rows(0, count), loss, values, from);
      }
    }
    return values;
  }

  /** The divergence at every target, in nats, without a gradient. */
  static double[] divergence(
      NextTokenLogits student, NextTokenLogits teacher, VocabularyDivergence divergence) {
    requireComparable(student.targets(), student.vocabulary(), teacher);
    double[] values = new double[student.targets().length];
    int most = Math.min(values.length, chunkRows(student.vocabulary()));
    try (Tensor mine = Tensor.zeros(most, student.vocabulary());
        Tensor theirs = Tensor.zeros(most, student.vocabulary())) {
      for (int from = 0; from < values.length; from += most) {
        int count = Math.min(most, values.length - from);
        student.read(from, mine.rows(0, count));
        teacher.read(from, theirs.rows(0, count));
        compare(mine.rows(0, count), theirs.rows(0, count), divergence, values, from);
      }
    }
    return values;
  }
}
