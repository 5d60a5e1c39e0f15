package org.align4j.policy.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;

/**
 * Typed fields of a JSON object in a model's file. A field that is absent or null has its default;
 * one of another type is an error that names file and field.
 *
 * @param place the file, and the object in it if that is not the outermost one
 */
record JsonFields(Path file, JsonNode node, String place) {

  JsonFields(Path file, JsonNode node) {
    this(file, node, file.toString());
  }

  boolean has(String name) {
    return node.hasNonNull(name);
  }

  JsonNode get(String name) {
    return node.path(name);
  }

  int integer(String name) {
    JsonNode value = node.path(name);
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw wrong(name, "an integer");
    }
    return value.asInt();
  }

  int integer(String name, int absent) {
    return has(name) ? integer(name) : absent;
  }

  double number(String name) {
    if (!node.path(name).isNumber()) {
      throw wrong(name, "a number");
    }
    return node.get(name).asDouble();
  }

  double number(String name, double absent) {
    return has(name) ? number(name) : absent;
  }

  boolean flag(String name) {
    if (has(name) && !node.get(name).isBoolean()) {
      throw wrong(name, "true or false");
    }
    return node.path(name).asBoolean(false);
  }

  String text(String name) {
    if (!node.path(name).isTextual()) {
      throw wrong(name, "a string");
    }
    return node.get(name).textValue();
  }

  /** The fields of an object inside. */
  JsonFields object(String name) {
    if (!node.path(name).isObject()) {
      throw wrong(name, "an object");
    }
    return new JsonFields(file, node.get(name), place + ": " + name);
  }

  ModelFileException wrong(String name, String expected) {
    return new ModelFileException(complaint(name, expected));
  }

  /** A value that is sound, but asks for what is not computed. */
  UnsupportedModelException unsupported(String name, String expected) {
    return new UnsupportedModelException(complaint(name, expected));
  }

  private String complaint(String name, String expected) {
    JsonNode value = node.path(name);
    String found =
        value.isMissingNode() ? "missing" : value.isContainerNode() ? kind(value) : "" + value;
    return place + ": field \"" + name + "\" is " + found + "; expected " + expected;
  }

  private static String kind(JsonNode value) {
    return value.isArray() ? "an array" : "an object";
  }
}
