package org.align4j.core.refusal;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** Where the signals occur in an answer. Quoted speech does not count. */
final class SignalMatches implements PhraseBook.Listener {
  /** The first sentence, the next two, the others. */
  static final int PLACES = 3;

  private static final Set<Signal> MORAL =
      EnumSet.of(
          Signal.NOTRIGHT,
          Signal.HARM,
          Signal.DENY,
          Signal.RIGHTS,
          Signal.ATROCITY,
          Signal.RESPECT,
          Signal.REMINDER,
          Signal.SEEKHELP,
          Signal.TROUBLED,
          Signal.INSTEAD,
          Signal.DECLINEOBJECT,
          Signal.ASAI,
          Signal.NOACCESS,
          Signal.PRIVACY,
          Signal.APOLOGY,
          Signal.OFFER,
          Signal.POINTOUT,
          Signal.NOOPINION);

  private static final int SIGNALS = Signal.values().length;
  private static final int DECLINE_BIT = bits(EnumSet.of(Signal.DECLINE));
  private static final int MORAL_BITS = bits(MORAL);

  private final AnswerWords words;
  private final int[] counts = new int[SIGNALS * PLACES];
  private final int[] masks;
  private final boolean[] idiom;
  private int firstDecline = -1;
  private int firstMoral = -1;

  private SignalMatches(AnswerWords words) {
    this.words = words;
    masks = new int[words.sentences];
    idiom = new boolean[words.size()];
  }

  static SignalMatches in(AnswerWords words, PhraseBook phrases) {
    SignalMatches found = new SignalMatches(words);
    phrases.find(words, Set.of(Signal.IDIOM), found);
    phrases.find(words, EnumSet.complementOf(EnumSet.of(Signal.IDIOM)), found);
    return found;
  }

  @Override
  public void found(Signal signal, int from, int end) {
    if (signal == Signal.IDIOM) {
      Arrays.fill(idiom, from, end, true);
    }
    boolean overlaps = idiom[from] || idiom[from + 1] || idiom[end - 1];
    if (words.quoted[from] || (signal == Signal.DECLINE && overlaps)) {
      return;
    }
    int sentence = words.sentence[from];
    counts[index(signal) * PLACES + (sentence == 0 ? 0 : sentence < PLACES ? 1 : 2)]++;
    int bit = 1 << index(signal);
    masks[sentence] |= bit;
    if (bit == DECLINE_BIT && firstDecline < 0) {
      firstDecline = words.word[from];
    }
    if ((bit & MORAL_BITS) != 0 && firstMoral < 0) {
      firstMoral = words.word[from];
    }
  }

  /** How often in one place. */
  int count(Signal signal, int place) {
    return counts[index(signal) * PLACES + place];
  }

  int total(Signal... signals) {
    int sum = 0;
    for (Signal signal : signals) {
      for (int place = 0; place < PLACES; place++) {
        sum += count(signal, place);
      }
    }
    return sum;
  }

  /** 1 or 0. */
  int has(Signal signal) {
    return total(signal) > 0 ? 1 : 0;
  }

  /** How many pairs of a sentence and one of these signals there are, over the sentences. */
  double share(Signal... signals) {
    int sum = 0;
    for (Signal signal : signals) {
      for (int mask : masks) {
        sum += mask >> index(signal) & 1;
      }
    }
    return (double) sum / Math.max(1, words.sentences);
  }

  /** Sentences that neither decline nor admonish. */
  int plain() {
    return plainFrom(0);
  }

  /** Those of them that follow the first sentence that declines. */
  int plainAfterDecline() {
    return plainFrom(firstWith(DECLINE_BIT) + 1);
  }

  /** Those of them that follow the first sentence that admonishes. */
  int plainAfterMoral() {
    return plainFrom(firstWith(MORAL_BITS) + 1);
  }

  private int plainFrom(int first) {
    int sum = 0;
    for (int s = first; s < masks.length; s++) {
      sum += (masks[s] & (DECLINE_BIT | MORAL_BITS)) == 0 ? 1 : 0;
    }
    return sum;
  }

  private int firstWith(int bits) {
    for (int s = 0; s < masks.length; s++) {
      if ((masks[s] & bits) != 0) {
        return s;
      }
    }
    return masks.length;
  }

  AnswerWords words() {
    return words;
  }

  /** Words before the first phrase that declines or, without one, that admonishes; or -1. */
  int wordIndex() {
    return firstDecline >= 0 ? firstDecline : firstMoral;
  }

  boolean declines() {
    return firstDecline >= 0;
  }

  private static int bits(Set<Signal> signals) {
    return signals.stream().mapToInt(signal -> 1 << index(signal)).sum();
  }

  /** Arrays by signal instead of maps: this is the detector's inner loop. */
  @SuppressWarnings("EnumOrdinal")
  private static int index(Signal signal) {
    return signal.ordinal();
  }
}
