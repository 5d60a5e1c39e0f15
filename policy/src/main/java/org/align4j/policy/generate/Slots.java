package org.align4j.policy.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.align4j.policy.model.KvCache;

/**
 * Gives the cache's slots to sequences. A slot keeps its prompt's keys until it is given away, so a
 * prompt that several completions are drawn for is computed once and copied.
 */
final class Slots {
  /** Prompt rows that one pass may carry, so that its activations stay small. */
  private static final int PREFILL_ROWS = 2048;

  private final KvCache cache;
  private final int shared;
  private final Sequence[] holders;
  private final Deque<Integer> free = new ArrayDeque<>();

  /**
   * All slots free.
   *
   * @param shared tokens that all prompts begin with; they stand before the slots
   */
  Slots(KvCache cache, int count, int shared) {
    this.cache = cache;
    this.shared = shared;
    holders = new Sequence[count];
    for (int slot = 0; slot < count; slot++) {
      free.add(slot);
    }
  }

  /** Moves sequences from waiting to running while there is room. */
  void admit(Deque<Sequence> waiting, List<Sequence> running) {
    int rows = 0;
    List<Sequence> computed = new ArrayList<>();
    Iterator<Sequence> candidates = waiting.iterator();
    while (candidates.hasNext() && !free.isEmpty() && rows < PREFILL_ROWS) {
      Sequence next = candidates.next();
      if (computed.stream().anyMatch(next::asksTheSame)) {
        // After this pass its keys are there.
        continue;
      }
      candidates.remove();
      Sequence twin = holderOf(next);
      next.slot = free.remove();
      next.cached = shared;
      if (twin == null) {
        computed.add(next);
      } else {
        // The last token is computed again, for the logits after it.
        next.cached = next.promptLength - 1;
        cache.copy(twin.slot, next.slot, next.cached - shared);
      }
      holders[next.slot] = next;
      rows += next.promptLength - next.cached;
      running.add(next);
    }
  }

  private Sequence holderOf(Sequence wanted) {
    for (Sequence holder : holders) {
      if (holder != null && wanted.asksTheSame(holder)) {
        return holder;
      }
    }
    return null;
  }

  void release(Sequence finished) {
    free.add(finished.slot);
  }
}
