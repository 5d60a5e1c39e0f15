package org.align4j.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import picocli.CommandLine.Option;

/** The {@code --json} option: one JSON object, last on standard output. */
final class JsonOutput {
  static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "Print one JSON object last.")
  boolean json;

  void print(Object value) {
    if (json) {
      try {
        System.out.println(JSON.writeValueAsString(value));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
