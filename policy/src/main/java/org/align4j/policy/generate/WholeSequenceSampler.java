package org.align4j.policy.generate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.align4j.core.data.DataException;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;

/**
 * Draws completions of a network that keeps no cache: for every token it runs all sequences that
 * have not ended, whole. Tokens are chosen as by {@link Generator}, from the same random numbers.
 */
public final class WholeSequenceSampler implements Sampler {

  /** A network that says what comes next. */
  @FunctionalInterface
  public interface NextToken {
    /**
     * Runs sequences.
     *
     * @param sequences token ids of each, from its beginning
     * @return logits of the token after each sequence, [sequences, vocabulary]; valid until the
     *     next call and may be overwritten by the caller
     */
    Tensor logits(List<int[]> sequences);
  }

  private final NextToken network;
  private final Backend backend;

  /**
   * A sampler; tokens are chosen by the backend's kernels.
   *
   * @param network logits of the next token of each sequence
   * @param backend what computes
   */
  public WholeSequenceSampler(NextToken network, Backend backend) {
    this.network = network;
    this.backend = backend;
  }

  @Override
  public Optional<List<Completion>> sample(
      List<int[]> prompts, SamplingParams params, Set<Integer> stopTokens, BooleanSupplier stop) {
    List<Sequence> running = new ArrayList<>(prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      if (prompts.get(i).length == 0) {
        throw new DataException("prompt " + i + " has no token; it needs at least one");
      }
      running.add(new Sequence(i, prompts.get(i), params.maxNewTokens(), params.seed()));
    }
    List<Completion> done = new ArrayList<>(Collections.nCopies(prompts.size(), null));
    TokenChooser chooser = null;
    while (!running.isEmpty()) {
      if (stop.getAsBoolean()) {
        return Optional.empty();
      }
      Tensor logits = network.logits(running.stream().map(Sequence::ids).toList());
      if (chooser == null) {
        chooser = new TokenChooser(backend, running.size(), logits.columns());
      }
      TokenChooser.Chosen chosen = chooser.choose(running, logits, params);
      running = append(running, chosen, stopTokens, done);
    }
    return Optional.of(done);
  }

  /** Appends a token to every sequence and returns those that go on. */
  private static List<Sequence> append(
      List<Sequence> running,
      TokenChooser.Chosen chosen,
      Set<Integer> stopTokens,
      List<Completion> done) {
    List<Sequence> next = new ArrayList<>(running.size());
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      Optional<FinishReason> end =
          sequence.append(chosen.tokens()[i], chosen.stats().logProbs()[i], stopTokens);
      if (end.isPresent()) {
        done.set(sequence.index, sequence.finish(end.get()));
      } else {
        next.add(sequence);
      }
    }
    return next;
  }
}
