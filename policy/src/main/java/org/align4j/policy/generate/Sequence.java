package org.align4j.policy.generate;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;

/** A prompt and what has been generated for it so far. */
final class Sequence {
  final int index;
  final SplittableRandom random;
  final int[] tokens;
  final double[] logProbs;
  final int promptLength;
  int length;

  /** Tokens whose keys and values are in the cache. */
  int cached;

  int slot;

  Sequence(int index, int[] prompt, int maxNew, long seed) {
    this.index = index;
    promptLength = prompt.length;
    length = prompt.length;
    tokens = Arrays.copyOf(prompt, prompt.length + maxNew);
    logProbs = new double[maxNew];
    random = RandomStream.of(seed, Purpose.COMPLETION).at(index).generator();
  }

  boolean asksTheSame(Sequence other) {
    return Arrays.equals(tokens, 0, promptLength, other.tokens, 0, other.promptLength);
  }

  /** The prompt and what has been drawn so far. */
  int[] ids() {
    return Arrays.copyOf(tokens, length);
  }

  /** Appends a drawn token; the reason if the completion ends with it. */
  Optional<FinishReason> append(int token, double logProb, Set<Integer> stopTokens) {
    logProbs[length - promptLength] = logProb;
    tokens[length++] = token;
    if (stopTokens.contains(token)) {
      return Optional.of(FinishReason.STOP);
    }
    return length == tokens.length ? Optional.of(FinishReason.LENGTH) : Optional.empty();
  }

  Completion finish(FinishReason reason) {
    int count = length - promptLength;
    return new Completion(
        Arrays.copyOfRange(tokens, promptLength, length), Arrays.copyOf(logProbs, count), reason);
  }
}
