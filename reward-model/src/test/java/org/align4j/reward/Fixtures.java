package org.align4j.reward;

import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.Passage;
import org.align4j.core.data.PreferencePair;
import org.align4j.policy.format.PolicyModel;

/** Tiny models with a tokenizer and a chat template, and pairs. */
public final class Fixtures {
  private static final Path MODELS = Path.of("../examples/src/test/resources/parity/models");

  private Fixtures() {}

  /** A folder of the parity fixtures, such as {@code policy} or {@code reward}. */
  public static Path folder(String name) {
    return MODELS.resolve(name);
  }

  /** A language model of two layers with random weights. */
  public static PolicyModel model(String name) {
    return PolicyModel.load(folder(name));
  }

  /** A pair of plain strings. */
  public static PreferencePair pair(String prompt, String chosen, String rejected) {
    return new PreferencePair(
        prompt, new Passage.Text(prompt), new Passage.Text(chosen), new Passage.Text(rejected));
  }

  /** Pairs in which the polite completion is preferred. */
  public static List<PreferencePair> politePairs() {
    return List.of(
        pair("bread?", "yes please", "no way"),
        pair("a river?", "yes please", "no way"),
        pair("geese?", "yes please", "no way"),
        pair("a town?", "yes please", "no way"));
  }
}
