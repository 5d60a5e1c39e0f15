package org.align4j.core.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.align4j.core.ConfigurationException;

/**
 * Named values from a configuration file and from {@code key=value} overrides. Every key that is
 * read becomes known with its default; {@link #rejectUnknown} then refuses the ones that nobody
 * reads, so a misspelt key is an error and not a silent default. A key that has an effect only
 * beside others is read through {@link #when}, which refuses it where it has none.
 */
public final class Settings {
  private final Map<String, Object> values;
  private final Map<String, Object> effective;
  private final Map<String, Object> defaults;

  /** What is missing for the keys that are read through this view to have an effect; or null. */
  private final String missing;

  /**
   * Wraps values as a YAML or JSON parser yields them.
   *
   * @param values by key; nested maps are not settings
   */
  public Settings(Map<String, ?> values) {
    this(new LinkedHashMap<>(values), new TreeMap<>(), new TreeMap<>(), null);
  }

  private Settings(
      Map<String, Object> values,
      Map<String, Object> effective,
      Map<String, Object> defaults,
      String missing) {
    this.values = values;
    this.effective = effective;
    this.defaults = defaults;
    this.missing = missing;
  }

  /**
   * {@return these settings for reading keys that have an effect only under a condition} Where it
   * does not hold, a key that was given another value than its default is refused; the others have
   * their default, but are not among the {@link #effective} ones.
   *
   * @param holds whether it does
   * @param condition ends "has an effect only ...", such as {@code with loss_type=discopop}
   */
  public Settings when(boolean holds, String condition) {
    return holds || missing != null ? this : new Settings(values, effective, defaults, condition);
  }

  /**
   * Sets or replaces a value given as {@code key=value}.
   *
   * @param assignment the value is read as YAML reads a scalar
   */
  public void override(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals <= 0) {
      throw new ConfigurationException("\"" + assignment + "\" is not key=value");
    }
    values.put(assignment.substring(0, equals).strip(), assignment.substring(equals + 1).strip());
  }

  /**
   * An integer.
   *
   * @param key name of the setting
   * @param absent the value where it is not given
   * @return the value that holds
   */
  public int integer(String key, int absent) {
    return (int) number(key, absent, "an integer", true);
  }

  /**
   * A number.
   *
   * @param key name of the setting
   * @param absent the value where it is not given
   * @return the value that holds
   */
  public double number(String key, double absent) {
    return number(key, absent, "a number", false);
  }

  private double number(String key, Number absent, String expected, boolean whole) {
    Object value = value(key, absent);
    double parsed;
    try {
      parsed = value instanceof Number n ? n.doubleValue() : Double.parseDouble(value.toString());
    } catch (NumberFormatException e) {
      throw new ConfigurationException(key + " is \"" + value + "\"; expected " + expected, e);
    }
    if (whole && parsed != Math.rint(parsed)) {
      throw new ConfigurationException(key + " is " + value + "; expected " + expected);
    }
    return parsed;
  }

  /**
   * A text.
   *
   * @param key name of the setting
   * @param absent the value where it is not given
   * @return the value that holds
   */
  public String text(String key, String absent) {
    return value(key, absent).toString();
  }

  /**
   * true or false.
   *
   * @param key name of the setting
   * @param absent the value where it is not given
   * @return the value that holds
   */
  public boolean flag(String key, boolean absent) {
    String value = value(key, absent).toString();
    if (!value.equals("true") && !value.equals("false")) {
      throw new ConfigurationException(key + " is \"" + value + "\"; expected true or false");
    }
    return value.equals("true");
  }

  /**
   * A list of texts; a single value or {@code a,b,c} is a list too.
   *
   * @param key name of the setting
   * @param absent the value where it is not given
   * @return the value that holds
   */
  public List<String> texts(String key, List<String> absent) {
    Object value = value(key, absent);
    List<String> out = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(item -> out.add(item.toString()));
    } else {
      for (String part : value.toString().replaceAll("[\\[\\]]", "").split(",")) {
        out.add(part.strip());
      }
    }
    return out;
  }

  /**
   * A list of numbers; a single value or {@code 1,2,3} is a list too.
   *
   * @param key name of the setting
   * @param absent the value where it is not given
   * @return the value that holds
   */
  public List<Double> numbers(String key, List<Double> absent) {
    List<Double> out = new ArrayList<>();
    for (String text : texts(key, absent.stream().map(String::valueOf).toList())) {
      try {
        out.add(Double.parseDouble(text));
      } catch (NumberFormatException e) {
        throw new ConfigurationException(
            key + " holds \"" + text + "\"; expected numbers, as in 1,0.5", e);
      }
    }
    return out;
  }

  private Object value(String key, Object absent) {
    defaults.put(key, absent);
    Object value = values.get(key);
    if (missing != null) {
      if (value != null && !same(value, absent)) {
        throw new ConfigurationException(
            key + " is set to " + value + ", but has an effect only " + missing + "; leave it out");
      }
      return absent;
    }
    Object used = value == null ? absent : value;
    effective.put(key, used);
    return used;
  }

  private static boolean same(Object given, Object absent) {
    if (absent instanceof Number number) {
      try {
        return Double.parseDouble(given.toString()) == number.doubleValue();
      } catch (NumberFormatException e) {
        return false;
      }
    }
    return given.toString().equals(absent.toString());
  }

  /**
   * {@return whether a key was given}
   *
   * @param key name of the setting
   */
  public boolean has(String key) {
    return values.get(key) != null;
  }

  /** Refuses keys that were never read. */
  public void rejectUnknown() {
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(defaults.keySet());
    if (!unknown.isEmpty()) {
      throw new ConfigurationException(
          unknown.stream().map(this::complaint).collect(Collectors.joining("; ")));
    }
  }

  private String complaint(String unknown) {
    return "unknown setting \""
        + unknown
        + "\"; "
        + NearestName.of(unknown, defaults.keySet())
            .map(name -> "did you mean \"" + name + "\"?")
            .orElse("known are " + String.join(", ", defaults.keySet()));
  }

  /** {@return every key that was read, with its default} */
  public Map<String, Object> defaults() {
    return new TreeMap<>(defaults);
  }

  /** {@return every setting that was read and has an effect, with the value in force} */
  public Map<String, Object> effective() {
    return new TreeMap<>(effective);
  }
}
