package org.align4j.reward.recipe;

import static org.align4j.core.ConfigurationException.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.DataException;
import org.align4j.core.data.PromptFile;
import org.align4j.core.policygradient.DualAscent;
import org.align4j.core.run.Settings;
import org.align4j.policy.online.Constraint;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.reward.Rewards;
import org.align4j.reward.spec.PromptLabels;

/**
 * Reads {@code over_refusal_target} and the keys beside it: a constraint on the share of harmless
 * prompts' completions that refuse.
 *
 * @param target text of the target, or {@code off}
 * @param by field that names the kinds of harmless rows, or empty
 * @param ascent how the multipliers move
 */
record OverRefusalSettings(String target, String by, DualAscent ascent) {
  private static final String TARGET = "over_refusal_target";
  private static final String OFF = "off";
  private static final String NAME = "over_refusal";

  static OverRefusalSettings read(Settings settings) {
    String target = settings.text(TARGET, OFF);
    Settings beside = settings.when(!target.equals(OFF), "with an over_refusal_target");
    DualAscent defaults = DualAscent.defaults();
    double maximum = beside.number("over_refusal_max", defaults.maximum());
    DualAscent ascent =
        new DualAscent(
            beside.number("over_refusal_lr", defaults.rate()),
            beside.number("over_refusal_gain", defaults.gain()),
            beside.number("over_refusal_init", Math.min(defaults.initial(), maximum)),
            maximum,
            defaults.window());
    return new OverRefusalSettings(target, beside.text("over_refusal_by", ""), ascent);
  }

  boolean on() {
    return !target.equals(OFF);
  }

  /** The method with a constraint for each kind of harmless prompts, or as it is. */
  OnlineMethod constrain(OnlineMethod method, PromptFile data) {
    if (!on()) {
      return method;
    }
    method.requireConstrainable();
    double share = share();
    PromptLabels labels = PromptLabels.read(data, TARGET);
    List<Constraint> constraints = new ArrayList<>();
    if (by.isEmpty()) {
      add(constraints, NAME, labels.harmless(), share);
    } else {
      labels
          .harmless(by)
          .forEach((kind, prompts) -> add(constraints, NAME + "/" + kind, prompts, share));
    }
    if (constraints.isEmpty()) {
      throw new DataException(
          data.path() + ": no row has harmful = false, and " + TARGET + " bounds their refusals");
    }
    return method.subjectTo(constraints);
  }

  private void add(List<Constraint> constraints, String name, Set<String> prompts, double share) {
    if (!prompts.isEmpty()) {
      constraints.add(new Constraint(name, prompts::contains, Rewards.refused(), share, ascent));
    }
  }

  private double share() {
    String expected = TARGET + " is \"" + target + "\"; expected off or a share from 0 to below 1";
    try {
      double share = Double.parseDouble(target);
      require(share >= 0 && share < 1, expected);
      return share;
    } catch (NumberFormatException e) {
      throw new ConfigurationException(expected, e);
    }
  }
}
