package org.align4j.policy.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.KeyRange;

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
  /** Fewer common tokens are not worth spans of their own. */
  private static final int MIN_SHARED_PREFIX = 8;

  /**
   * Batches prompts with their completions, sharing what they begin with.
   *
   * @param groups prompts with their completions
   * @return the batch
   */
  public static TokenBatch of(List<PromptCompletions> groups) {
    Builder builder = new Builder(groups);
    groups.forEach(builder::add);
    return builder.build();
  }

  /**
   * {@return the same with every sequence on its own; equal results, more work}
   *
   * @param groups prompts with their completions
   */
  public static TokenBatch unshared(List<PromptCompletions> groups) {
    Builder builder = new Builder(List.of());
    for (PromptCompletions group : groups) {
      for (int[] completion : group.completions()) {
        builder.add(new PromptCompletions(group.prompt(), List.of(completion)));
      }
    }
    return builder.build();
  }

  /**
   * {@return the same with the prompts' own tokens, from the second on, as targets too: for every
   * group first its prompt, then its completions}
   *
   * @param groups prompts with their completions
   */
  public static TokenBatch withPrompts(List<PromptCompletions> groups) {
    Builder builder = new Builder(groups);
    for (PromptCompletions group : groups) {
      builder.addPromptTargets(group.prompt());
      builder.add(group);
    }
    return builder.build();
  }

  /**
   * {@return a batch for a head that scores whole completions: one head row each, that of its last
   * token} The target at that row is the token itself; nothing predicts it.
   *
   * @param groups prompts with their completions
   */
  public static TokenBatch lastTokens(List<PromptCompletions> groups) {
    Builder builder = new Builder(groups);
    groups.forEach(builder::addWhole);
    return builder.build();
  }

  /**
   * A batch of whole sequences whose rows are read by {@link #row} alone: every token has a row,
   * and each sequence one target without meaning.
   *
   * @param sequences each at least one token
   * @return the batch
   */
  public static TokenBatch ofSequences(List<int[]> sequences) {
    // A completion's last token gets no row.
    List<int[]> nothing = Collections.nCopies(sequences.size(), new int[] {0});
    return of(PromptCompletions.ofPairs(sequences, nothing));
  }

  /**
   * {@return how many tokens all prompts begin with, leaving each prompt at least one of its own; 0
   * where they are too few to be worth sharing}
   *
   * @param prompts token ids, each at least one
   */
  public static int sharedPrefix(List<int[]> prompts) {
    if (prompts.size() < 2) {
      return 0;
    }
    int[] first = prompts.get(0);
    int shared = first.length - 1;
    for (int[] prompt : prompts) {
      int mismatch = Arrays.mismatch(first, prompt);
      shared = Math.min(shared, mismatch < 0 ? shared : mismatch);
      shared = Math.min(shared, prompt.length - 1);
    }
    return shared < MIN_SHARED_PREFIX ? 0 : shared;
  }

  /** {@return number of completions} */
  public int completions() {
    return offsets.length - 1;
  }

  /**
   * {@return the slice of a per-token array that belongs to a completion}
   *
   * @param perToken one entry a target
   * @param completion its number, from 0
   */
  public double[] slice(double[] perToken, int completion) {
    return Arrays.copyOfRange(perToken, offsets[completion], offsets[completion + 1]);
  }

  /**
   * {@return the slices of all completions, {@code [completion][token]}}
   *
   * @param perToken one entry a target
   */
  public List<double[]> slices(double[] perToken) {
    List<double[]> out = new ArrayList<>(completions());
    for (int i = 0; i < completions(); i++) {
      out.add(slice(perToken, i));
    }
    return out;
  }

  /**
   * {@return what {@link #slices} took apart, one entry a target}
   *
   * @param rows {@code [completion][token]}
   */
  public double[] flat(List<double[]> rows) {
    double[] out = new double[targets.length];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, out, offsets[i], rows.get(i).length);
    }
    return out;
  }

  /**
   * {@return the row of a token}
   *
   * @param completion its number, from 0
   * @param token its place in the sequence of prompt and completion
   */
  public int row(int completion, int token) {
    int last = headRows[offsets[completion]];
    int behind = token - positions[last];
    if (behind > 0) {
      return headRows[offsets[completion] + behind];
    }
    // Rows that all prompts share stand first; everything else of a prompt is one run.
    return positions[last + behind] == token ? last + behind : token;
  }

  /**
   * {@return for each row, that of the same token in a batch of the same prompts, each with as many
   * completions, none of them shorter than here}
   *
   * @param longer of the same prompts
   */
  public int[] rowsIn(TokenBatch longer) {
    int[] out = new int[ids.length];
    for (int i = 0; i < completions(); i++) {
      int end = positions[headRows[offsets[i]]] + offsets[i + 1] - offsets[i];
      for (int token = 0; token < end; token++) {
        out[row(i, token)] = longer.row(i, token);
      }
    }
    return out;
  }

  /**
   * {@return for each target, its place among the targets of such a batch}
   *
   * @param longer of the same prompts
   */
  public int[] targetsIn(TokenBatch longer) {
    int[] out = new int[targets.length];
    for (int i = 0; i < completions(); i++) {
      for (int t = offsets[i]; t < offsets[i + 1]; t++) {
        out[t] = longer.offsets[i] + t - offsets[i];
      }
    }
    return out;
  }

  /** {@return the longest position that occurs, plus one} */
  public int positionsNeeded() {
    return Arrays.stream(positions).max().orElse(-1) + 1;
  }

  /**
   * Lays out a root that all prompts begin with, then every group: the rest of its prompt with its
   * first completion as one run, then each other completion.
   */
  private static final class Builder {
    private static final int ROOT_GROUP = 0;

    private final IntList ids = new IntList();
    private final IntList positions = new IntList();
    private final List<AttentionSpan> spans = new ArrayList<>();
    private final IntList headRows = new IntList();
    private final IntList targets = new IntList();
    private final IntList offsets = new IntList();
    private final int shared;
    private int group = ROOT_GROUP;

    /** Shares what the prompts of these groups, which must be all that are added, begin with. */
    Builder(List<PromptCompletions> groups) {
      shared = sharedPrefix(groups.stream().map(PromptCompletions::prompt).toList());
      if (shared > 0) {
        append(groups.get(0).prompt(), 0, shared, 0);
        spans.add(AttentionSpan.alone(0, shared, ROOT_GROUP));
      }
    }

    /** A completion's last token predicts nothing and gets no row. */
    void add(PromptCompletions added) {
      int[] prompt = added.prompt();
      Layout layout = layOut(prompt, added.completions(), 1);
      for (int i = 0; i < added.completions().size(); i++) {
        int[] completion = added.completions().get(i);
        offsets.add(targets.size());
        for (int t = 0; t < completion.length; t++) {
          headRows.add(t == 0 ? layout.row(prompt.length - 1) : layout.starts[i] + t - 1);
          targets.add(completion[t]);
        }
      }
    }

    /** Targets at the rows that {@link #add} is about to append. */
    void addPromptTargets(int[] prompt) {
      Layout layout = new Layout(shared, ids.size(), new int[0]);
      offsets.add(targets.size());
      for (int t = 1; t < prompt.length; t++) {
        headRows.add(layout.row(t - 1));
        targets.add(prompt[t]);
      }
    }

    void addWhole(PromptCompletions added) {
      Layout layout = layOut(added.prompt(), added.completions(), 0);
      for (int i = 0; i < added.completions().size(); i++) {
        int[] completion = added.completions().get(i);
        offsets.add(targets.size());
        headRows.add(layout.starts[i] + completion.length - 1);
        targets.add(completion[completion.length - 1]);
      }
    }

    /**
     * Where a group's rows are.
     *
     * @param shared prompt tokens that stand in the root's rows
     * @param start row of the first prompt token that does not
     * @param starts first row of each completion
     */
    private record Layout(int shared, int start, int[] starts) {
      int row(int promptToken) {
        return promptToken < shared ? promptToken : start + promptToken - shared;
      }
    }

    /**
     * Appends a group's rows and spans.
     *
     * @param dropped tokens at the end of every completion that get no row
     */
    private Layout layOut(int[] prompt, List<int[]> completions, int dropped) {
      group++;
      int start = ids.size();
      int own = prompt.length - shared;
      append(prompt, shared, own, shared);
      int[] starts = new int[completions.size()];
      for (int i = 0; i < starts.length; i++) {
        starts[i] = ids.size();
        append(completions.get(i), 0, completions.get(i).length - dropped, prompt.length);
        int rows = ids.size() - starts[i];
        if (i == 0) {
          span(start, own + rows, List.of());
        } else if (rows > 0) {
          span(starts[i], rows, List.of(new KeyRange(start, own, group)));
        }
      }
      return new Layout(shared, start, starts);
    }

    private void span(int row, int rows, List<KeyRange> before) {
      List<KeyRange> keys = new ArrayList<>();
      if (shared > 0) {
        keys.add(new KeyRange(0, shared, ROOT_GROUP));
      }
      keys.addAll(before);
      keys.add(new KeyRange(row, rows, group));
      spans.add(new AttentionSpan(row, rows, List.copyOf(keys), group));
    }

    private void append(int[] tokens, int from, int count, int firstPosition) {
      for (int t = 0; t < count; t++) {
        ids.add(tokens[from + t]);
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
