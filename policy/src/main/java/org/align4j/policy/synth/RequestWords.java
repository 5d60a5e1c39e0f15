package org.align4j.policy.synth;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The words of a request as filters compare them: lower case, without punctuation. */
final class RequestWords {
  private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");

  private RequestWords() {}

  static List<String> of(String text) {
    return BETWEEN
        .splitAsStream(text.toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
