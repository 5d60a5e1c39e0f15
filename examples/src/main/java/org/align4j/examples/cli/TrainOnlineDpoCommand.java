package org.align4j.examples.cli;

import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.PreferenceUpdate;
import org.align4j.policy.train.PreferenceTask;
import picocli.CommandLine.Command;

@Command(
    name = "online-dpo",
    mixinStandardHelpOptions = true,
    description = "DPO on the best and the worst of the model's own completions.")
final class TrainOnlineDpoCommand extends OnlineTraining {
  TrainOnlineDpoCommand() {
    super("online-dpo", new Defaults(5e-7, 2, 1, 1, 64, 0.9));
  }

  /** Keys and defaults of TRL's OnlineDPOConfig; more than two generations are allowed. */
  @Override
  Method method(Settings settings) {
    DpoLoss loss = DpoLoss.parse(settings.text("loss_type", "sigmoid"));
    DpoObjective objective =
        DpoObjective.of(
            settings.number("beta", 0.1),
            loss,
            settings
                .when(loss.smoothsLabels(), "with loss_type robust, exo_pair, aot or aot_unpaired")
                .number("label_smoothing", 0));
    return new Method(
        true,
        2,
        parts -> {
          DecoderTransformer policy = parts.policy().transformer();
          return new PreferenceUpdate(
              Reference.adapterOffOrNone(policy),
              parts.steps("online-dpo", new PreferenceTask(policy, objective)),
              parts.temperature(),
              parts.config());
        });
  }
}
