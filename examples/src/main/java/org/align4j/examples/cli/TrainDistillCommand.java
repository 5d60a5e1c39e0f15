package org.align4j.examples.cli;

import java.util.Optional;
import org.align4j.reward.recipe.DistillationRecipe;
import org.align4j.reward.recipe.Recipe;
import picocli.CommandLine.Option;

/** Generalised knowledge distillation. */
final class TrainDistillCommand extends RowTraining {
  @Option(
      names = "--teacher",
      required = true,
      paramLabel = "MODEL",
      description =
          "A model as for --model, or self: the student as training starts (give it a"
              + " teacher_system_prompt).")
  String teacher;

  @Option(names = "--teacher-adapter", paramLabel = "DIR", description = "Its adapter.")
  ExistingPath teacherAdapter;

  @Override
  Recipe recipe() {
    return new DistillationRecipe(
        files(), adapter(), teacher, Optional.ofNullable(teacherAdapter).map(ExistingPath::path));
  }
}
