package org.align4j.policy.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.DataException;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.KeyRange;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.DecodingWeights;
import org.align4j.policy.model.KvCache;
import org.align4j.policy.model.NewTokens;
import org.align4j.policy.text.TokenBatch;

/**
 * Generates completions with continuous batching: every pass carries the next token of each running
 * sequence and the prompts of sequences that have just got a slot; a finished sequence's slot is
 * given away at once. What all prompts begin with goes through the network once, and so does a
 * prompt that is asked several times.
 */
public final class Generator implements AutoCloseable {
  private final DecoderTransformer model;
  private final Set<Integer> stopTokens;
  private final int slots;
  private final DecodingWeights weights;
  private final TokenChooser chooser;

  /**
   * Prepares generation with the weights as they are now; training that comes later needs a new
   * generator.
   *
   * @param model what draws; its weights are read
   * @param stopTokens ids that end a completion
   * @param slots sequences at a time
   * @param adapter whether the model's adapter takes part
   */
  public Generator(DecoderTransformer model, Set<Integer> stopTokens, int slots, boolean adapter) {
    if (slots < 1) {
      throw new ConfigurationException("batch must be at least 1, got " + slots);
    }
    this.model = model;
    this.stopTokens = Set.copyOf(stopTokens);
    this.slots = slots;
    weights = model.decodingWeights(adapter, slots);
    chooser = new TokenChooser(model.backend(), slots, model.config().vocabulary());
  }

  /**
   * What the passes of one call share.
   *
   * @param shared tokens that all prompts begin with; they stand in the cache's first rows
   * @param kept where activations are kept, or null
   */
  private record Memory(KvCache cache, int shared, TokenBatch kept) {}

  /** Frees the weights' copy. */
  @Override
  public void close() {
    weights.close();
  }

  /**
   * Generates a completion for each prompt.
   *
   * @param prompts token ids
   * @param params how tokens are chosen, and how many at most
   * @param progress shows how many prompts are done
   * @param task name of the progress
   * @return one completion a prompt, in order
   */
  public List<Completion> generate(
      List<int[]> prompts, SamplingParams params, Progress.Factory progress, String task) {
    return generate(prompts, params, progress, task, () -> false);
  }

  /**
   * Generates until done or told to stop.
   *
   * @param prompts token ids
   * @param params how tokens are chosen, and how many at most
   * @param progress shows how many prompts are done
   * @param task name of the progress
   * @param stop asked between passes
   * @return one completion a prompt, in order; null for those that a stop left unfinished
   */
  public List<Completion> generate(
      List<int[]> prompts,
      SamplingParams params,
      Progress.Factory progress,
      String task,
      BooleanSupplier stop) {
    return generate(prompts, params, progress, task, stop, null);
  }

  /**
   * Generates for training.
   *
   * @param prompts token ids
   * @param params how tokens are chosen, and how many at most
   * @param stop asked between passes
   * @param kept the batch of these prompts that the model's {@link
   *     DecoderTransformer#keepActivations} has been told of; null if nothing is to be kept
   * @return one completion a prompt, in order; null for those that a stop left unfinished
   */
  public List<Completion> generate(
      List<int[]> prompts, SamplingParams params, BooleanSupplier stop, TokenBatch kept) {
    return generate(prompts, params, Progress.SILENT, "rollout", stop, kept);
  }

  private List<Completion> generate(
      List<int[]> prompts,
      SamplingParams params,
      Progress.Factory progress,
      String task,
      BooleanSupplier stop,
      TokenBatch kept) {
    List<Completion> done = new ArrayList<>(Collections.nCopies(prompts.size(), null));
    Deque<Sequence> waiting = new ArrayDeque<>();
    int longest = 0;
    for (int i = 0; i < prompts.size(); i++) {
      checkPrompt(prompts.get(i), i, params);
      waiting.add(new Sequence(i, prompts.get(i), params.maxNewTokens(), params.seed()));
      longest = Math.max(longest, prompts.get(i).length);
    }
    int width = Math.max(1, Math.min(slots, prompts.size()));
    int shared = TokenBatch.sharedPrefix(prompts);
    int capacity = longest - shared + params.maxNewTokens();
    KvCache cache = new KvCache(model.config(), width, capacity, shared);
    Memory memory = new Memory(cache, shared, kept);
    Slots admission = new Slots(cache, width, shared);
    List<Sequence> running = new ArrayList<>();
    try (Progress bar = progress.start(task, prompts.size())) {
      if (shared > 0) {
        prefillShared(Arrays.copyOf(prompts.get(0), shared), memory);
      }
      while ((!waiting.isEmpty() || !running.isEmpty()) && !stop.getAsBoolean()) {
        admission.admit(waiting, running);
        Tensor logits = pass(running, memory);
        int before = running.size();
        TokenChooser.Chosen chosen = chooser.choose(running, logits, params);
        if (kept != null) {
          model.keepChosen(chosen.tokens(), chosen.stats(), targets(running, kept));
        }
        running = append(running, chosen, done, admission);
        bar.step(before - running.size());
      }
    } finally {
      cache.close();
    }
    return done;
  }

  private void checkPrompt(int[] prompt, int index, SamplingParams params) {
    int limit = model.config().maxPositions();
    if (prompt.length == 0 || prompt.length + params.maxNewTokens() > limit) {
      throw new DataException(
          "prompt "
              + index
              + " has "
              + prompt.length
              + " tokens; with "
              + params.maxNewTokens()
              + " new ones it must have between 1 and "
              + (limit - params.maxNewTokens())
              + "; shorten it or ask for fewer new tokens");
    }
  }

  private void prefillShared(int[] prefix, Memory memory) {
    int[] rows = IntStream.range(0, prefix.length).toArray();
    AttentionSpan span = AttentionSpan.alone(0, prefix.length, 0);
    int[] kept = memory.kept() == null ? null : rows;
    NewTokens tokens = new NewTokens(prefix, rows, List.of(span), rows, kept);
    model.decode(tokens, memory.cache(), new int[0], weights);
  }

  /** One pass over the new tokens of all running sequences; one row of logits for each. */
  private Tensor pass(List<Sequence> running, Memory memory) {
    int shared = memory.shared();
    int rows = running.stream().mapToInt(s -> s.length - s.cached).sum();
    int[] ids = new int[rows];
    int[] positions = new int[rows];
    int[] cacheRows = new int[rows];
    int[] kept = memory.kept() == null ? null : new int[rows];
    int[] lastRows = new int[running.size()];
    List<AttentionSpan> spans = new ArrayList<>(running.size());
    int row = 0;
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      int start = memory.cache().start(sequence.slot);
      int count = sequence.length - sequence.cached;
      KeyRange system = new KeyRange(0, shared, i);
      KeyRange own = new KeyRange(start, sequence.length - shared, i);
      spans.add(new AttentionSpan(row, count, List.of(system, own), i));
      for (int t = sequence.cached; t < sequence.length; t++, row++) {
        ids[row] = sequence.tokens[t];
        positions[row] = t;
        cacheRows[row] = start + t - shared;
        if (kept != null) {
          kept[row] = memory.kept().row(sequence.index, t);
        }
      }
      lastRows[i] = row - 1;
      sequence.cached = sequence.length;
    }
    NewTokens tokens = new NewTokens(ids, positions, spans, cacheRows, kept);
    return model.decode(tokens, memory.cache(), lastRows, weights);
  }

  /** Places of the next tokens among a batch's targets. */
  private static int[] targets(List<Sequence> running, TokenBatch batch) {
    return running.stream()
        .mapToInt(s -> batch.offsets()[s.index] + s.length - s.promptLength)
        .toArray();
  }

  /** Appends a token to every sequence and returns those that go on. */
  private List<Sequence> append(
      List<Sequence> running, TokenChooser.Chosen chosen, List<Completion> done, Slots admission) {
    List<Sequence> next = new ArrayList<>(running.size());
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      Optional<FinishReason> end =
          sequence.append(chosen.tokens()[i], chosen.stats().logProbs()[i], stopTokens);
      if (end.isPresent()) {
        done.set(sequence.index, sequence.finish(end.get()));
        admission.release(sequence);
      } else {
        next.add(sequence);
      }
    }
    return next;
  }
}
