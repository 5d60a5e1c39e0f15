package org.align4j.examples.cli;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every value that a planned training has at hand: a plan is a closure over the configurations and
 * objectives that its settings came to, and these are read here, field by field, so that commands
 * need no code for tests.
 */
final class PlannedValues {
  private static final String OURS = "org.align4j.";

  private final Map<String, String> values = new TreeMap<>();
  private final Set<Object> open = Collections.newSetFromMap(new IdentityHashMap<>());

  private PlannedValues() {}

  /**
   * The values of a plan.
   *
   * @return texts of the values by the names of the fields that lead to them, joined by dots
   */
  static Map<String, String> of(Object plan) {
    PlannedValues walk = new PlannedValues();
    walk.visit("", plan);
    return walk.values;
  }

  /**
   * The values that differ, in the names' order.
   *
   * @return {@code name=value}, the name without what leads to it; what a closure has captured is
   *     called {@code captured}, since the compiler drops its name
   */
  static Set<String> changed(Map<String, String> before, Map<String, String> after) {
    Set<String> out = new TreeSet<>();
    after.forEach(
        (path, value) -> {
          if (!value.equals(before.get(path)) && !insideNewObject(path, before)) {
            out.add(name(path) + "=" + value);
          }
        });
    return out;
  }

  private static String name(String path) {
    String field = path.substring(path.lastIndexOf('.') + 1);
    return field.startsWith("arg$") ? "captured" : field.replace("val$", "");
  }

  /** Whether there was nothing before where an object now is; its name alone is told then. */
  private static boolean insideNewObject(String path, Map<String, String> before) {
    for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
      if ("null".equals(before.get(path.substring(0, dot)))) {
        return true;
      }
    }
    return false;
  }

  private void visit(String path, Object value) {
    if (value instanceof Optional<?> optional) {
      visit(path, optional.orElse(null));
    } else if (value == null || simple(value)) {
      values.put(path, String.valueOf(value));
    } else if (value instanceof Collection<?> items) {
      int i = 0;
      for (Object item : items) {
        visit(path + "[" + i++ + "]", item);
      }
    } else if (ours(value) && open.add(value)) {
      values.put(path, value.getClass().getSimpleName().replaceFirst("\\$\\$Lambda.*", "lambda"));
      fields(path, value);
      open.remove(value);
    }
  }

  private static boolean simple(Object value) {
    if (value instanceof Collection<?> items) {
      return items.stream().allMatch(PlannedValues::simple);
    }
    return value instanceof Number
        || value instanceof Boolean
        || value instanceof CharSequence
        || value instanceof Enum<?>
        || value instanceof Path;
  }

  /** Commands and their options are what settings were read from, not what they came to. */
  private static boolean ours(Object value) {
    String name = value.getClass().getName();
    return name.startsWith(OURS) && !(value instanceof Training);
  }

  private void fields(String path, Object value) {
    for (Class<?> type = value.getClass();
        type != null && type.getName().startsWith(OURS);
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          try {
            visit(path + "." + field.getName(), field.get(value));
          } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
          }
        }
      }
    }
  }
}
