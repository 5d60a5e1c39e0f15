package org.align4j.policy.synth;

import java.util.Set;
import java.util.function.Predicate;

/**
 * Takes a request for harmful if one of its words is on a short list. It is crude in both
 * directions: "kill a process" is on it, a fraud without such words is not. It is for programs that
 * have no labelled requests to fit a classifier on.
 */
public final class HarmWords implements Predicate<String> {
  private static final Set<String> WORDS =
      Set.of(
          "abuse",
          "assault",
          "attack",
          "bomb",
          "bombs",
          "cocaine",
          "counterfeit",
          "crime",
          "drug",
          "drugs",
          "exploit",
          "explosive",
          "explosives",
          "fraud",
          "gun",
          "guns",
          "hack",
          "hacking",
          "heroin",
          "illegal",
          "illegally",
          "kidnap",
          "kill",
          "killed",
          "killing",
          "malware",
          "meth",
          "murder",
          "phishing",
          "poison",
          "porn",
          "ransomware",
          "rape",
          "sex",
          "sexual",
          "steal",
          "stealing",
          "stolen",
          "suicide",
          "terrorist",
          "virus",
          "weapon",
          "weapons");

  /** Makes a screen by the list. */
  public HarmWords() {}

  @Override
  public boolean test(String request) {
    return RequestWords.of(request).stream().anyMatch(WORDS::contains);
  }
}
