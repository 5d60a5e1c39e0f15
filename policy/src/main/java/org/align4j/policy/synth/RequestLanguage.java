package org.align4j.policy.synth;

import static org.align4j.core.ConfigurationException.require;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Languages that requests may be kept in; any other {@code Predicate<String>} serves as well. */
public enum RequestLanguage implements Predicate<String> {
  /**
   * Looks like English: 95% of the letters are a to z, letters are 60% of what is not space, and
   * one word in eight is among the commonest of English requests.
   */
  ENGLISH {
    @Override
    public boolean test(String text) {
      return mostlyLetters(text)
          && letters(text, RequestLanguage::isAscii) >= SCRIPT_SHARE
          && commonShare(text) >= COMMON_SHARE;
    }
  },
  /** 95% of the letters are Latin, and letters are 60% of what is not space. */
  LATIN {
    @Override
    public boolean test(String text) {
      return mostlyLetters(text) && letters(text, RequestLanguage::isLatin) >= SCRIPT_SHARE;
    }
  },
  /** Keeps every text. */
  ANY {
    @Override
    public boolean test(String text) {
      return true;
    }
  };

  private static final double SCRIPT_SHARE = 0.95;
  private static final double LETTER_SHARE = 0.6;
  private static final double COMMON_SHARE = 1 / 8.0;

  private static final Set<String> COMMON =
      Set.of(
          "a",
          "about",
          "all",
          "an",
          "and",
          "any",
          "are",
          "as",
          "at",
          "be",
          "between",
          "by",
          "can",
          "could",
          "create",
          "describe",
          "do",
          "does",
          "explain",
          "find",
          "for",
          "from",
          "give",
          "has",
          "have",
          "help",
          "how",
          "i",
          "if",
          "in",
          "into",
          "is",
          "it",
          "its",
          "list",
          "make",
          "me",
          "my",
          "need",
          "not",
          "of",
          "on",
          "or",
          "please",
          "should",
          "some",
          "tell",
          "that",
          "the",
          "their",
          "there",
          "they",
          "this",
          "to",
          "up",
          "using",
          "want",
          "was",
          "we",
          "what",
          "when",
          "where",
          "which",
          "who",
          "why",
          "will",
          "with",
          "would",
          "write",
          "you",
          "your");

  /**
   * {@return the language of a name}
   *
   * @param name a constant's in lower case, such as {@code english}
   * @throws org.align4j.core.ConfigurationException lists the names if it is none of them
   */
  public static RequestLanguage of(String name) {
    List<String> names =
        Arrays.stream(values()).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
    int index = names.indexOf(name);
    require(
        index >= 0, "language is \"" + name + "\"; expected one of " + String.join(", ", names));
    return values()[index];
  }

  private static boolean isAscii(int letter) {
    return letter < 128;
  }

  private static boolean isLatin(int letter) {
    return Character.UnicodeScript.of(letter) == Character.UnicodeScript.LATIN;
  }

  private static boolean mostlyLetters(String text) {
    long visible = text.codePoints().filter(c -> !Character.isWhitespace(c)).count();
    return visible > 0
        && text.codePoints().filter(Character::isLetter).count() >= LETTER_SHARE * visible;
  }

  /** The share of the letters that are of a kind. */
  private static double letters(String text, IntPredicate kind) {
    return text.codePoints()
        .filter(Character::isLetter)
        .mapToDouble(letter -> kind.test(letter) ? 1 : 0)
        .average()
        .orElse(0);
  }

  private static double commonShare(String text) {
    return RequestWords.of(text).stream()
        .mapToDouble(word -> COMMON.contains(word) ? 1 : 0)
        .average()
        .orElse(0);
  }
}
