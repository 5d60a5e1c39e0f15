package org.align4j.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.Demonstration;
import org.align4j.core.run.Progress;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.Sampler;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.model.DistributionLearner;
import org.align4j.policy.model.FullDistribution;
import org.align4j.policy.online.DistillationConfig;
import org.align4j.policy.online.DistillationTrainer;
import org.align4j.policy.online.DistillationTrainer.Row;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.task.DistillationTask;
import org.align4j.policy.text.Tokenization;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.train.StepRunner;

/**
 * Learning from a teacher's next-token distributions.
 *
 * @param student what is trained
 * @param teacher a model of the same vocabulary, or the student itself as training starts
 * @param encode makes prompts and completions of rows
 * @param <D> a row
 */
record Distillation<D>(
    ChatModel student,
    ChatModel teacher,
    DistillationConfig config,
    BiFunction<TrainingSetup<D>, List<D>, List<Row>> encode)
    implements TrainingMethod<D> {
  private static final int SLOTS = 32;

  /** Learns from recorded completions in the rounds that are not on-policy. */
  static TrainingMethod<Demonstration> ofDemonstrations(
      ChatModel student, ChatModel teacher, DistillationConfig config) {
    return new Distillation<>(
        student,
        teacher,
        config,
        (setup, rows) ->
            new Tokenization(student.parts().text(), setup.lengths(), setup.wrapStrings())
                .demonstrations(rows).stream()
                    .map(
                        row ->
                            Row.of(
                                new OnlinePrompt(row.source(), "", row.prompt()), row.completion()))
                    .toList());
  }

  /** Learns from completions that student or teacher write. */
  static TrainingMethod<String> ofPrompts(
      ChatModel student, ChatModel teacher, DistillationConfig config) {
    if (!config.needsPromptsOnly()) {
      throw new ConfigurationException(
          "distillation on prompts alone needs lmbda 1 or seq_kd=true; otherwise give it rows with"
              + " completions");
    }
    return new Distillation<>(
        student,
        teacher,
        config,
        (setup, prompts) ->
            prompts.stream()
                .map(
                    prompt ->
                        Row.of(
                            new OnlinePrompt(
                                prompt, prompt, student.parts().text().userPrompt(prompt))))
                .toList());
  }

  /** On-policy learning of any student that can sample; completions end at the length limit. */
  static <P extends DistributionLearner & Sampler> TrainingMethod<OnlinePrompt> ofPolicy(
      P student,
      FullDistribution teacher,
      Function<int[], String> toText,
      DistillationConfig config) {
    if (config.onPolicy() != 1 || config.imitate() || !config.teacherSystemPrompt().isEmpty()) {
      throw new ConfigurationException(
          "distillation of such a student is on-policy: it needs lmbda 1, and neither seq_kd nor"
              + " teacher_system_prompt");
    }
    return (setup, prompts) -> {
      setup.requireNoEvaluation("distillation of such a student");
      return run(
          setup,
          config,
          new DistillationTask(student, teacher, config.divergence()),
          new RolloutSampler(student, toText, Set.of(), sampling(config)),
          prompts.stream().map(Row::of).toList(),
          List.of());
    };
  }

  private static TrainingResult run(
      TrainingSetup<?> setup,
      DistillationConfig config,
      DistillationTask task,
      RolloutSampler sampler,
      List<Row> rows,
      List<TokenizedDemonstration> heldOut) {
    StepRunner<TokenizedDemonstration> steps =
        new StepRunner<>(
            setup.name(), task, setup.config(), task.model().backend(), setup.context().output());
    return new DistillationTrainer(
            steps, sampler, config.onPolicy(), setup.config(), setup.context())
        .run(rows, heldOut, setup.resume());
  }

  private static SamplingParams sampling(DistillationConfig config) {
    return SamplingParams.unfiltered(config.maxNewTokens(), config.temperature());
  }

  @Override
  public TrainingResult train(TrainingSetup<D> setup, List<D> rows) {
    if (setup.evaluation() != null) {
      throw new ConfigurationException("distillation evaluates its divergence on held-out rows");
    }
    UnaryOperator<int[]> teacherPrompt =
        config.teacherSystemPrompt().isEmpty()
            ? UnaryOperator.identity()
            : new SystemTurn(student.parts().text(), config.teacherSystemPrompt());
    List<Row> read = encode.apply(setup, rows);
    List<Row> learnt = config.imitate() ? answered(read, teacherPrompt) : read;
    List<Row> held = setup.heldOut().isEmpty() ? List.of() : encode.apply(setup, setup.heldOut());
    // The teacher's likeliest answers stay the same while the student changes.
    List<TokenizedDemonstration> heldOut =
        (config.needsPromptsOnly() ? answered(held, teacherPrompt) : held)
            .stream().map(Row::demonstration).toList();
    return run(
        setup,
        config,
        new DistillationTask(
            student.network(), teacher.network(), config.divergence(), teacherPrompt),
        new RolloutSampler(
            new TransformerSampler(student.network(), setup.config().stepExamples()),
            student.parts().tokenizer()::decode,
            student.parts().assets().stopTokens(),
            sampling(config)),
        learnt,
        heldOut);
  }

  /** The teacher's likeliest answers instead of the recorded ones, before training begins. */
  private List<Row> answered(List<Row> rows, UnaryOperator<int[]> teacherPrompt) {
    if (rows.isEmpty()) {
      return rows;
    }
    List<int[]> prompts =
        rows.stream().map(row -> teacherPrompt.apply(row.prompt().ids())).toList();
    List<Completion> answers;
    try (Generator generator =
        new Generator(teacher.network(), student.parts().assets().stopTokens(), SLOTS, true)) {
      answers =
          generator.generate(
              prompts, SamplingParams.greedy(config.maxNewTokens()), Progress.SILENT, "teacher");
    }
    List<Row> out = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      out.add(Row.of(rows.get(i).prompt(), answers.get(i).ids()));
    }
    return out;
  }
}
