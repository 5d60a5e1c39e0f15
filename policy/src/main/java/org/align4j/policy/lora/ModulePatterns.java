package org.align4j.policy.lora;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.align4j.core.ConfigurationException;

/**
 * Values of single modules as in PEFT's {@code rank_pattern} and {@code alpha_pattern}: a key is a
 * regular expression of a module's name or of what follows one of its dots ({@code
 * get_pattern_key}). Files bring keys from elsewhere, so no key may take long.
 */
final class ModulePatterns {
  /** Characters that a key may look at in one name; plain keys look at some hundred. */
  private static final int MOST_READS = 100_000;

  /** Of a key, because Java's expressions use the stack as deep as they are long. */
  private static final int LONGEST = 2000;

  /** Keys that need no expression: an adapter may have one for each of its modules. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.]+");

  private ModulePatterns() {}

  /** A name that can be read only so often, which ends an expression that backtracks for ever. */
  private static final class ReadLimit implements CharSequence {
    private final String key;
    private final String module;
    private int reads;

    ReadLimit(String key, String module) {
      this.key = key;
      this.module = module;
    }

    @Override
    public int length() {
      return module.length();
    }

    @Override
    public char charAt(int index) {
      if (++reads > MOST_READS) {
        throw new ConfigurationException(
            "the pattern \"" + key + "\" takes too long to compare with \"" + module + "\"");
      }
      return module.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return module.subSequence(start, end);
    }

    @Override
    public String toString() {
      return module;
    }
  }

  /**
   * A checked copy. It keeps the order, because the first key that matches counts.
   *
   * @param field that errors name
   * @param holds whether a value is as it must be
   * @param expected what it must be, for the error if it is not
   */
  static <T> Map<String, T> copy(
      String field, Map<String, T> values, Predicate<T> holds, String expected) {
    values.forEach(
        (key, value) -> {
          String place = field + ": \"" + key + "\" is ";
          ConfigurationException.require(
              holds.test(value), place + value + "; expected " + expected);
          ConfigurationException.require(
              key.length() <= LONGEST,
              field + ": a key has " + key.length() + " characters; expected at most " + LONGEST);
          try {
            compiled(key);
          } catch (PatternSyntaxException e) {
            throw new ConfigurationException(
                place + "not a regular expression: " + e.getDescription(), e);
          }
        });
    return Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** A copy with one more key, which counts before the others. */
  static <T> Map<String, T> before(Map<String, T> values, String key, T value) {
    Map<String, T> out = new LinkedHashMap<>();
    out.put(key, value);
    values.forEach(out::putIfAbsent);
    return out;
  }

  /** The value of the first key that matches. */
  static <T> Optional<T> first(Map<String, T> values, String module) {
    return values.entrySet().stream()
        .filter(entry -> matches(entry.getKey(), module))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** The keys that match none of these modules. */
  static List<String> idle(Map<String, ?> values, Collection<String> modules) {
    return values.keySet().stream()
        .filter(key -> modules.stream().noneMatch(module -> matches(key, module)))
        .toList();
  }

  private static boolean matches(String key, String module) {
    return PLAIN.matcher(key).matches()
        ? endsWith(module, key)
        : compiled(key).matcher(new ReadLimit(key, module)).lookingAt();
  }

  /** What the expression of a plain key says, whose dots stand for any character. */
  private static boolean endsWith(String module, String key) {
    int from = module.length() - key.length();
    boolean ends = from == 0 || (from > 0 && module.charAt(from - 1) == '.');
    for (int i = 0; ends && i < key.length(); i++) {
      ends = key.charAt(i) == '.' || key.charAt(i) == module.charAt(from + i);
    }
    return ends;
  }

  /** The same groups as PEFT's expression has, which a key may refer back to. */
  private static Pattern compiled(String key) {
    return Pattern.compile("(.*\\.)?(" + key + ")$");
  }
}
