package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Labelled user messages.
 *
 * @param harmful to refuse
 * @param harmless to answer, by the names of groups that differ in why they are harmless, such as
 *     look-alikes and ordinary requests
 * @param families names of the families of requests, by their text: wordings of one request, and
 *     requests written as contrasts of each other. Cross-validation keeps a family in one fold. A
 *     request without an entry is a family of its own.
 */
public record GroupedRequests(
    List<String> harmful, Map<String, List<String>> harmless, Map<String, String> families) {

  /**
   * Keeps copies; every group needs requests.
   *
   * @param harmful to refuse
   * @param harmless to answer, by the names of groups that differ in why they are harmless, such as
   *     look-alikes and ordinary requests
   * @param families names of the families of requests, by their text; may be empty
   * @throws org.align4j.core.ConfigurationException if there are no harmful requests, no groups, or
   *     a group is empty
   */
  public GroupedRequests {
    harmful = List.copyOf(harmful);
    Map<String, List<String>> copies = new LinkedHashMap<>();
    harmless.forEach((group, requests) -> copies.put(group, List.copyOf(requests)));
    harmless = copies;
    families = Map.copyOf(families);
    require(!harmful.isEmpty(), "there are no harmful requests to fit to");
    require(!harmless.isEmpty(), "there are no harmless requests to fit to");
    harmless.forEach(
        (group, requests) -> require(!requests.isEmpty(), "the group " + group + " is empty"));
  }

  /**
   * Requests that are not related to each other.
   *
   * @param harmful to refuse
   * @param harmless to answer, by the names of groups
   * @throws org.align4j.core.ConfigurationException if there are no harmful requests, no groups, or
   *     a group is empty
   */
  public GroupedRequests(List<String> harmful, Map<String, List<String>> harmless) {
    this(harmful, harmless, Map.of());
  }

  /** All messages: the harmful ones, then group by group. */
  List<String> all() {
    List<String> out = new ArrayList<>(harmful);
    harmless.values().forEach(out::addAll);
    return out;
  }

  /**
   * The fold of each message, in the order of {@link #all}.
   *
   * @param count of folds, &ge; 2
   * @throws org.align4j.core.ConfigurationException if a group stands in one fold alone: a probe
   *     without that fold could not be trained
   */
  int[] folds(int count) {
    Map<String, Integer> numbers = new HashMap<>();
    int[] out =
        all().stream()
            .map(message -> families.getOrDefault(message, message))
            .mapToInt(family -> numbers.computeIfAbsent(family, f -> numbers.size()) % count)
            .toArray();
    requireSpread("harmful", Arrays.copyOf(out, harmful.size()));
    int from = harmful.size();
    for (Map.Entry<String, List<String>> group : harmless.entrySet()) {
      int to = from + group.getValue().size();
      requireSpread(group.getKey(), Arrays.copyOfRange(out, from, to));
      from = to;
    }
    return out;
  }

  private static void requireSpread(String group, int[] folds) {
    require(
        Arrays.stream(folds).distinct().count() > 1,
        "the group %s has too few requests, or too few families of them, for cross-validation: all"
                .formatted(group)
            + " of them stand in one fold");
  }
}
