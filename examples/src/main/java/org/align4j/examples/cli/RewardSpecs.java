package org.align4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.align4j.core.data.PromptFile;
import org.align4j.core.data.Row;
import org.align4j.core.data.RowReader;
import org.align4j.core.reward.ComposedReward;
import org.align4j.core.reward.RewardFunction;
import org.align4j.reward.RefusalReward;
import org.align4j.reward.Rewards;
import org.align4j.reward.WeightedReward;
import org.align4j.reward.encoder.EncoderReward;
import org.align4j.reward.encoder.MiniLmEncoder;
import org.align4j.reward.transformer.TransformerReward;

/** Reward functions as a command line names them. */
final class RewardSpecs {
  static final String HELP =
      "refusal (data rows say harmful: true/false), length:WORDS, regex:PATTERN, format:PATTERN,"
          + " or the folder of a reward model; repeatable.";

  private RewardSpecs() {}

  /**
   * Builds the sum of several.
   *
   * @param weights one a spec, or none for equal ones
   * @param data where {@code refusal} finds which prompts are harmful
   */
  static ComposedReward parse(List<String> specs, List<Double> weights, PromptFile data) {
    if (!weights.isEmpty() && weights.size() != specs.size()) {
      throw new IllegalArgumentException(
          "reward_weights has " + weights.size() + " values for " + specs.size() + " rewards");
    }
    List<WeightedReward.Term> terms = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      double weight = weights.isEmpty() ? 1 : weights.get(i);
      terms.add(new WeightedReward.Term(name(specs.get(i)), weight, one(specs.get(i), data)));
    }
    return new WeightedReward(terms);
  }

  private static String name(String spec) {
    int colon = spec.indexOf(':');
    Path path = Path.of(colon > 0 ? spec.substring(0, colon) : spec).getFileName();
    return path == null ? spec : path.toString();
  }

  private static RewardFunction one(String spec, PromptFile data) {
    int colon = spec.indexOf(':');
    String kind = colon > 0 ? spec.substring(0, colon) : spec;
    String value = colon > 0 ? spec.substring(colon + 1) : "";
    if (value.isEmpty() && List.of("length", "regex", "format").contains(kind)) {
      throw new IllegalArgumentException(
          "reward \"" + spec + "\" lacks what comes after the colon; expected " + HELP);
    }
    return switch (kind) {
      case "refusal" -> new RefusalReward(harmful(data)::contains);
      case "length" -> Rewards.length(words(spec, value));
      case "regex" -> Rewards.matches(Pattern.compile(value));
      case "format" -> Rewards.format(Pattern.compile(value, Pattern.DOTALL));
      default -> model(Path.of(spec));
    };
  }

  private static int words(String spec, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "reward \"" + spec + "\" needs a number of words, as in length:40", e);
    }
  }

  /** A reward model of either kind. */
  static RewardFunction model(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "reward \"" + folder + "\" is neither a folder nor known; expected " + HELP);
    }
    return EncoderReward.isIn(folder)
        ? EncoderReward.load(folder, new MiniLmEncoder())
        : TransformerReward.load(folder);
  }

  private static Set<String> harmful(PromptFile data) {
    Set<String> out = new HashSet<>();
    List<String> prompts = data.read();
    List<Row> rows = RowReader.read(data.path());
    if (rows.size() != prompts.size()) {
      throw new IllegalArgumentException(
          "the refusal reward needs data without a filter, in which every row says harmful");
    }
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).flag("harmful")) {
        out.add(prompts.get(i));
      }
    }
    return out;
  }
}
