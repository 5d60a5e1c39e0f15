package org.align4j.policy.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.policy.backend.AttentionSpan;

/**
 * A ragged batch: the rows of all sequences one after another, nothing padded. A prompt's rows
 * stand once and its completions attend to them; a completion's last token predicts nothing and has
 * no row.
 *
 * @param ids token of each row
 * @param positions position of each row in its sequence
 * @param spans attention structure
 * @param headRows for each completion token, the row that predicts it
 * @param targets the completion tokens, in order
 * @param offsets where each completion begins in targets; one more entry for the end
 */
public record TokenBatch(
    int[] ids,
    int[] positions,
    List<AttentionSpan> spans,
    int[] headRows,
    int[] targets,
    int[] offsets) {

  /** Batches prompts with their completions, sharing each prompt's rows. */
  public static TokenBatch of(List<PromptCompletions> groups) {
    Builder builder = new Builder();
    for (PromptCompletions group : groups) {
      builder.add(group.prompt(), group.completions(), group.scoredFrom());
    }
    return builder.build();
  }

  /** The same with a copy of the prompt for every completion; equal results, more work. */
  public static TokenBatch unshared(List<PromptCompletions> groups) {
    Builder builder = new Builder();
    for (PromptCompletions group : groups) {
      for (int i = 0; i < group.completions().size(); i++) {
        int[] scoredFrom = {group.scoredFrom()[i]};
        builder.add(group.prompt(), List.of(group.completions().get(i)), scoredFrom);
      }
    }
    return builder.build();
  }

  /**
   * The same with the prompts' own tokens, from the second on, as targets too: for every group
   * first its prompt, then its completions.
   */
  public static TokenBatch withPrompts(List<PromptCompletions> groups) {
    Builder builder = new Builder();
    for (PromptCompletions group : groups) {
      builder.addPromptTargets(group.prompt());
      builder.add(group.prompt(), group.completions(), group.scoredFrom());
    }
    return builder.build();
  }

  /**
   * A batch for a head that scores whole completions: one head row each, that of its last token.
   * The target at that row is the token itself; nothing predicts it.
   */
  public static TokenBatch lastTokens(List<PromptCompletions> groups) {
    Builder builder = new Builder();
    for (PromptCompletions group : groups) {
      builder.addWhole(group.prompt(), group.completions());
    }
    return builder.build();
  }

  /** Number of completions. */
  public int completions() {
    return offsets.length - 1;
  }

  /** The slice of a per-token array that belongs to a completion. */
  public double[] slice(double[] perToken, int completion) {
    return Arrays.copyOfRange(perToken, offsets[completion], offsets[completion + 1]);
  }

  /** The slices of all completions, {@code [completion][token]}. */
  public List<double[]> slices(double[] perToken) {
    List<double[]> out = new ArrayList<>(completions());
    for (int i = 0; i < completions(); i++) {
      out.add(slice(perToken, i));
    }
    return out;
  }

  /** What {@link #slices} took apart, one entry a target. */
  public double[] flat(List<double[]> rows) {
    double[] out = new double[targets.length];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, out, offsets[i], rows.get(i).length);
    }
    return out;
  }

  /** The longest position that occurs, plus one. */
  public int positionsNeeded() {
    return Arrays.stream(positions).max().orElse(-1) + 1;
  }

  private static final class Builder {
    private final IntList ids = new IntList();
    private final IntList positions = new IntList();
    private final List<AttentionSpan> spans = new ArrayList<>();
    private final IntList headRows = new IntList();
    private final IntList targets = new IntList();
    private final IntList offsets = new IntList();
    private int groups;

    void add(int[] prompt, List<int[]> completions, int[] scoredFrom) {
      int start = ids.size();
      append(prompt, prompt.length, 0);
      spans.add(new AttentionSpan(start, prompt.length, 0, 0, start, groups));
      for (int i = 0; i < completions.size(); i++) {
        int[] completion = completions.get(i);
        int row = ids.size();
        append(completion, completion.length - 1, prompt.length);
        if (completion.length > 1) {
          spans.add(
              new AttentionSpan(row, completion.length - 1, start, prompt.length, row, groups));
        }
        offsets.add(targets.size());
        for (int t = scoredFrom[i]; t < completion.length; t++) {
          headRows.add(t == 0 ? start + prompt.length - 1 : row + t - 1);
          targets.add(completion[t]);
        }
      }
      groups++;
    }

    /** Targets at the rows that {@link #add} is about to append. */
    void addPromptTargets(int[] prompt) {
      offsets.add(targets.size());
      for (int t = 1; t < prompt.length; t++) {
        headRows.add(ids.size() + t - 1);
        targets.add(prompt[t]);
      }
    }

    void addWhole(int[] prompt, List<int[]> completions) {
      int start = ids.size();
      append(prompt, prompt.length, 0);
      spans.add(new AttentionSpan(start, prompt.length, 0, 0, start, groups));
      for (int[] completion : completions) {
        int row = ids.size();
        append(completion, completion.length, prompt.length);
        spans.add(new AttentionSpan(row, completion.length, start, prompt.length, row, groups));
        offsets.add(targets.size());
        headRows.add(row + completion.length - 1);
        targets.add(completion[completion.length - 1]);
      }
      groups++;
    }

    private void append(int[] tokens, int count, int firstPosition) {
      for (int t = 0; t < count; t++) {
        ids.add(tokens[t]);
        positions.add(firstPosition + t);
      }
    }

    TokenBatch build() {
      offsets.add(targets.size());
      return new TokenBatch(
          ids.toArray(),
          positions.toArray(),
          List.copyOf(spans),
          headRows.toArray(),
          targets.toArray(),
          offsets.toArray());
    }
  }

  private static final class IntList {
    private int[] values = new int[64];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    int size() {
      return size;
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
