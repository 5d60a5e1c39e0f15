package org.align4j.reward.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PromptFile;
import org.align4j.core.data.TrlRows;
import org.align4j.core.run.Progress;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.online.DistillationConfig;
import org.align4j.policy.run.BestSettings;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.LearningRates;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingSettings;

/**
 * Generalised knowledge distillation from a teacher of the same vocabulary.
 *
 * @param files prompts, with recorded answers unless every answer is sampled
 * @param adapter that training goes on from
 * @param teacher a model's name or folder, or {@link #SELF}
 * @param teacherAdapter adapter of the teacher
 */
public record DistillationRecipe(
    RowFiles files, Optional<Path> adapter, String teacher, Optional<Path> teacherAdapter)
    implements Recipe {
  /** The student as training starts is the teacher; give it a teacher_system_prompt. */
  public static final String SELF = "self";

  @Override
  public Plan plan(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings,
            files.evaluated(settings),
            TrainingConfig.defaults(LearningRates.DISTILLATION).toBuilder()
                .evalOnStart(true)
                .build());
    TrainedWeights weights = TrainedWeights.read(settings, 0, adapter);
    if (teacher.equals(SELF) && (weights.full() || teacherAdapter.isPresent())) {
      throw new ConfigurationException(
          "teacher self is the student as training starts: train an adapter and name no adapter of"
              + " the teacher");
    }
    DistillationConfig distillation = DistillationConfig.read(settings);
    Settings recorded =
        settings.when(
            !distillation.needsPromptsOnly(), "with recorded answers: lmbda below 1, no seq_kd");
    LengthPolicy lengths = TrainingSettings.lengths(recorded, LengthPolicy.Mode.KEEP_START);
    boolean wrap = recorded.flag("wrap_strings_as_chat", true);
    List<TrainingListener> best = BestSettings.read(files.evaluated(settings));
    return (base, folder) -> {
      ChatModel student = weights.load(base, config.seed());
      folder.writeSettings(settings);
      ChatModel teaching = teacher.equals(SELF) ? student : teacher(folder.progress());
      if (distillation.needsPromptsOnly()) {
        Trainer<String> trainer = Trainer.distillationOnPrompts(student, teaching, distillation);
        return fit(trainer, config, best, folder, student, DistillationRecipe::prompts);
      }
      Trainer<Demonstration> trainer =
          Trainer.distillation(student, teaching, distillation)
              .lengths(lengths)
              .wrapStringsAsChat(wrap);
      return fit(trainer, config, best, folder, student, TrlRows::demonstrations);
    };
  }

  private <D> Outcome fit(
      Trainer<D> trainer,
      TrainingConfig config,
      List<TrainingListener> best,
      RunFolder folder,
      ChatModel student,
      Function<Path, List<D>> reader) {
    trainer
        .config(config)
        .listen(best.toArray(TrainingListener[]::new))
        .evaluateOn(files.heldOut(reader));
    return folder.fit(trainer, reader.apply(files.training()), student);
  }

  private ChatModel teacher(Progress.Factory progress) {
    ChatModel loaded = ChatModel.load(teacher, progress);
    return teacherAdapter.map(folder -> loaded.withFrozenAdapter(folder).merged()).orElse(loaded);
  }

  private static List<String> prompts(Path file) {
    return PromptFile.parse(file.toString()).read();
  }
}
