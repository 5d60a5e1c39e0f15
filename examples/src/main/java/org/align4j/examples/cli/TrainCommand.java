package org.align4j.examples.cli;

import java.util.function.Supplier;
import org.align4j.reward.recipe.OfflineRecipe;
import org.align4j.reward.recipe.OnlineRecipe;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "train", mixinStandardHelpOptions = true, description = "Trains a model.")
final class TrainCommand {
  /** A training command under the name that users call it by. */
  private enum Method {
    SFT(
        "sft",
        "Supervised fine-tuning on prompt/completion rows.",
        () -> new TrainOfflineCommand(OfflineRecipe::sft)),
    DPO(
        "dpo",
        "Direct preference optimization on prompt/chosen/rejected rows.",
        () -> new TrainOfflineCommand(OfflineRecipe::dpo)),
    KTO(
        "kto",
        "KTO, unpaired APO-zero and BCO on prompt/completion/label rows (or pairs).",
        () -> new TrainOfflineCommand(OfflineRecipe::kto)),
    ORPO(
        "orpo",
        "Odds-ratio preference optimization on prompt/chosen/rejected rows.",
        () -> new TrainOfflineCommand(OfflineRecipe::orpo)),
    CPO(
        "cpo",
        "CPO, SimPO (loss_type=simpo) and AlphaPO (alpha) on prompt/chosen/rejected rows.",
        () -> new TrainOfflineCommand(OfflineRecipe::cpo)),
    REWARD(
        "reward",
        "A reward model from prompt/chosen/rejected rows; written to OUT/reward.",
        TrainRewardCommand::new),
    PPO(
        "ppo",
        "PPO with a critic: separate, shared, or the folder of a reward model (critic).",
        () -> new TrainOnlineCommand(OnlineRecipe::ppo)),
    GRPO(
        "grpo",
        "GRPO and its family (loss_type), GSPO (importance_sampling_level=sequence).",
        () -> new TrainOnlineCommand(OnlineRecipe::grpo)),
    RLOO(
        "rloo",
        "REINFORCE with a leave-one-out baseline, KL in the reward.",
        () -> new TrainOnlineCommand(OnlineRecipe::rloo)),
    REINFORCE_PLUS_PLUS(
        "reinforce-pp",
        "REINFORCE++: PPO's clip without a critic; baseline=true takes group means off.",
        () -> new TrainOnlineCommand(OnlineRecipe::reinforcePlusPlus)),
    ONLINE_DPO(
        "online-dpo",
        "DPO on the best and the worst of the model's own completions.",
        () -> new TrainOnlineCommand(OnlineRecipe::onlineDpo)),
    DISTILL(
        "distill",
        "Generalised knowledge distillation from a teacher of the same vocabulary.",
        TrainDistillCommand::new);

    private final String label;
    private final String description;
    private final Supplier<Training> command;

    Method(String label, String description, Supplier<Training> command) {
      this.label = label;
      this.description = description;
      this.command = command;
    }
  }

  /** Adds one subcommand a method. */
  static void addMethods(CommandLine train) {
    for (Method method : Method.values()) {
      CommandLine training = new CommandLine(method.command.get());
      training.getCommandSpec().usageMessage().description(method.description);
      train.addSubcommand(method.label, training);
    }
  }
}
