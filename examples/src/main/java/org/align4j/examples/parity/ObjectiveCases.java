package org.align4j.examples.parity;

/** Finds the comparison that a fixture's {@code config.trainer} asks for. */
final class ObjectiveCases {
  private final Fixtures fixtures;
  private final OfflineCases offline;
  private final RolloutCases rollouts;
  private final RewardCases rewards;

  ObjectiveCases(Fixtures fixtures) {
    this.fixtures = fixtures;
    offline = new OfflineCases(fixtures);
    rollouts = new RolloutCases(fixtures);
    rewards = new RewardCases(fixtures);
  }

  CaseResult run(String objective) {
    FirstStep step = new FirstStep(fixtures, objective);
    String trainer = step.text("trainer");
    return switch (trainer) {
      case "sft" -> offline.supervised(step);
      case "dpo" -> offline.dpo(step);
      case "cpo" -> offline.cpo(step);
      case "orpo" -> offline.orpo(step);
      case "kto" -> offline.kto(step);
      case "reward" -> rewards.firstStep(step);
      case "distill" -> rollouts.distillation(step);
      case "grpo" -> rollouts.grpo(step);
      case "ppo-policy-loss" -> rollouts.policyLoss(step);
      case "ppo-value-loss" -> rollouts.valueLoss(step);
      case "gae" -> rollouts.gae(step);
      default ->
          CaseResult.notSupported(
              "objectives/" + objective, "trainer " + (trainer.isEmpty() ? "unnamed" : trainer));
    };
  }
}
