package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.align4j.reward.recipe.DistillationRecipe;
import org.align4j.reward.recipe.Recipe;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Generalised knowledge distillation. */
final class TrainDistillCommand extends Training {
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
  Recipe recipe() {
    return new DistillationRecipe(
        rows.files(), adapter(), teacher, Optional.ofNullable(teacherAdapter));
  }
}
