package org.align4j.examples.cli;

import org.align4j.reward.recipe.OfflineRecipe;
import org.align4j.reward.recipe.OnlineRecipe;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "train", mixinStandardHelpOptions = true, description = "Trains a model.")
final class TrainCommand {
  /** Adds one subcommand a method. */
  static void addMethods(CommandLine train) {
    new NamedCommands(train)
        .add(
            "sft",
            "Supervised fine-tuning on prompt/completion rows.",
            new TrainOfflineCommand(OfflineRecipe::sft))
        .add(
            "dpo",
            "Direct preference optimization on prompt/chosen/rejected rows.",
            new TrainOfflineCommand(OfflineRecipe::dpo))
        .add(
            "kto",
            "KTO, unpaired APO-zero and BCO on prompt/completion/label rows (or pairs).",
            new TrainOfflineCommand(OfflineRecipe::kto))
        .add(
            "orpo",
            "Odds-ratio preference optimization on prompt/chosen/rejected rows.",
            new TrainOfflineCommand(OfflineRecipe::orpo))
        .add(
            "cpo",
            "CPO, SimPO (loss_type=simpo) and AlphaPO (alpha) on prompt/chosen/rejected rows.",
            new TrainOfflineCommand(OfflineRecipe::cpo))
        .add(
            "reward",
            "A reward model from prompt/chosen/rejected rows; written to OUT/reward.",
            new TrainRewardCommand())
        .add(
            "ppo",
            "PPO with a critic: separate, shared, or the folder of a reward model (critic).",
            new TrainOnlineCommand(OnlineRecipe::ppo))
        .add(
            "grpo",
            "GRPO and its family (loss_type), GSPO (importance_sampling_level=sequence).",
            new TrainOnlineCommand(OnlineRecipe::grpo))
        .add(
            "rloo",
            "REINFORCE with a leave-one-out baseline, KL in the reward.",
            new TrainOnlineCommand(OnlineRecipe::rloo))
        .add(
            "reinforce-pp",
            "REINFORCE++: PPO's clip without a critic; baseline=true takes group means off.",
            new TrainOnlineCommand(OnlineRecipe::reinforcePlusPlus))
        .add(
            "online-dpo",
            "DPO on the best and the worst of the model's own completions.",
            new TrainOnlineCommand(OnlineRecipe::onlineDpo))
        .add(
            "distill",
            "Generalised knowledge distillation from a teacher of the same vocabulary.",
            new TrainDistillCommand());
  }
}
