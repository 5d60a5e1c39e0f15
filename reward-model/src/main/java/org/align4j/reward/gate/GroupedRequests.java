package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Labelled user messages.
 *
 * @param harmful to refuse
 * @param harmless to answer, by the names of groups that differ in why they are harmless, such as
 *     look-alikes and ordinary requests
 */
public record GroupedRequests(List<String> harmful, Map<String, List<String>> harmless) {

  /**
   * Keeps copies; every group needs requests.
   *
   * @param harmful to refuse
   * @param harmless to answer, by the names of groups that differ in why they are harmless, such as
   *     look-alikes and ordinary requests
   * @throws org.align4j.core.ConfigurationException if there are no harmful requests, no groups, or
   *     a group is empty
   */
  public GroupedRequests {
    harmful = List.copyOf(harmful);
    Map<String, List<String>> copies = new LinkedHashMap<>();
    harmless.forEach((group, requests) -> copies.put(group, List.copyOf(requests)));
    harmless = copies;
    require(!harmful.isEmpty(), "there are no harmful requests to fit to");
    require(!harmless.isEmpty(), "there are no harmless requests to fit to");
    harmless.forEach(
        (group, requests) -> require(!requests.isEmpty(), "the group " + group + " is empty"));
  }

  /** All messages: the harmful ones, then group by group. */
  List<String> all() {
    List<String> out = new ArrayList<>(harmful);
    harmless.values().forEach(out::addAll);
    return out;
  }
}
