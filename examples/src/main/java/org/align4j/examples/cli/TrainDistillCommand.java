package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PromptFile;
import org.align4j.core.data.TrlRows;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "distill",
    mixinStandardHelpOptions = true,
    description = "Generalised knowledge distillation from a teacher of the same vocabulary.")
final class TrainDistillCommand extends Training {
  private static final String SELF = "self";

  @Mixin RowOptions rows;

  @Option(
      names = "--teacher",
      required = true,
      paramLabel = "MODEL",
      description =
          "A model as for --model, or self: the student as training starts (give it a"
              + " teacher_system_prompt).")
  String teacher;

  @Option(
      names = "--teacher-adapter",
      paramLabel = "DIR",
      converter = ExistingPath.class,
      description = "Its adapter.")
  Path teacherAdapter;

  @Override
  Run plan(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings,
            rows.evaluated(settings),
            TrainingConfig.defaults(LearningRates.DISTILLATION).toBuilder()
                .evalOnStart(true)
                .build());
    Trained trained = Trained.read(settings, 0, model.adapter);
    if (teacher.equals(SELF) && (trained.full() || teacherAdapter != null)) {
      throw new ConfigurationException(
          "--teacher self is the student as training starts: train an adapter and leave"
              + " --teacher-adapter out");
    }
    DistillationConfig distillation = DistillationConfig.read(settings);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    Settings recorded =
        settings.when(
            !distillation.needsPromptsOnly(), "with recorded answers: lmbda below 1, no seq_kd");
    LengthPolicy lengths = TrainingSettings.lengths(recorded, LengthPolicy.Mode.KEEP_START);
    boolean wrap = recorded.flag("wrap_strings_as_chat", true);
    List<TrainingListener> best = BestSettings.read(rows.evaluated(settings));
    return used -> {
      ChatModel student = trained.load(model, config.seed(), checkpointing);
      ChatModel teaching = teacher.equals(SELF) ? student : teacher();
      if (distillation.needsPromptsOnly()) {
        Trainer<String> trainer = Trainer.distillationOnPrompts(student, teaching, distillation);
        return fit(trainer, config, best, used, student, TrainDistillCommand::prompts);
      }
      Trainer<Demonstration> trainer =
          Trainer.distillation(student, teaching, distillation)
              .lengths(lengths)
              .wrapStringsAsChat(wrap);
      return fit(trainer, config, best, used, student, TrlRows::demonstrations);
    };
  }

  private <D> Map<String, Object> fit(
      Trainer<D> trainer,
      TrainingConfig config,
      List<TrainingListener> best,
      Settings used,
      ChatModel student,
      Function<Path, List<D>> reader)
      throws IOException {
    trainer
        .config(config)
        .listen(best.toArray(TrainingListener[]::new))
        .evaluateOn(rows.evalData == null ? List.of() : reader.apply(rows.evalData));
    return new TrainingRun(options, used).fit(trainer, reader.apply(rows.data), student);
  }

  private ChatModel teacher() {
    ChatModel loaded = ChatModel.load(teacher, Bars.FACTORY);
    return teacherAdapter == null ? loaded : loaded.withFrozenAdapter(teacherAdapter).merged();
  }

  private static List<String> prompts(Path file) {
    return PromptFile.parse(file.toString()).read();
  }
}
