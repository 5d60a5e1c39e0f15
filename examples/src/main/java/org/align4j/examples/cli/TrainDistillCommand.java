package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PromptFile;
import org.align4j.core.data.TrlRows;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.ModelResolver;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.online.DistillationTrainer;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.run.BestSettings;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.train.DistillationTask;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedDemonstration;
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
  /** TRL's GKDConfig. */
  private static final double LEARNING_RATE = 2e-5;

  private static final String SELF = "self";
  private static final int SLOTS = 32;

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

  /** What a run does besides the optimizer's settings. */
  private record Plan(
      TrainingConfig config,
      Trained trained,
      boolean checkpointing,
      GeneralizedJsd divergence,
      double onPolicy,
      boolean imitate,
      SamplingParams sampling,
      String systemPrompt,
      LengthPolicy lengths,
      boolean wrap,
      List<TrainingListener> best) {

    /** Whether nobody looks at recorded completions. */
    boolean promptsOnly() {
      return onPolicy == 1 || imitate;
    }
  }

  @Override
  Run plan(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings,
            rows.evaluated(settings),
            TrainingConfig.defaults(LEARNING_RATE).toBuilder().evalOnStart(true).build());
    Trained trained = Trained.read(settings, 0, model.adapter);
    if (teacher.equals(SELF) && (trained.full() || teacherAdapter != null)) {
      throw new IllegalArgumentException(
          "--teacher self is the student as training starts: train an adapter and leave"
              + " --teacher-adapter out");
    }
    double onPolicy = settings.number("lmbda", 0.5);
    boolean imitate = settings.when(onPolicy < 1, "with lmbda below 1").flag("seq_kd", false);
    Settings sampled = settings.when(onPolicy > 0, "with lmbda above 0");
    Settings written = settings.when(onPolicy > 0 || imitate, "with lmbda above 0 or seq_kd=true");
    SamplingParams sampling =
        new SamplingParams(
            written.integer("max_new_tokens", 128),
            sampled.number("temperature", 0.9),
            0,
            1,
            1,
            config.seed());
    RolloutSampler.requireUnfiltered(sampling);
    Settings recorded =
        settings.when(onPolicy < 1 && !imitate, "with recorded answers: lmbda below 1, no seq_kd");
    Plan plan =
        new Plan(
            config,
            trained,
            TrainingOptions.checkpointing(settings),
            new GeneralizedJsd(
                settings.number("beta", 0.5),
                settings.number("distillation_temperature", 1),
                settings.integer("distillation_top_k", 0)),
            onPolicy,
            imitate,
            sampling,
            settings.text("teacher_system_prompt", ""),
            TrainingSettings.lengths(recorded, LengthPolicy.Mode.KEEP_START),
            recorded.flag("wrap_strings_as_chat", true),
            BestSettings.read(rows.evaluated(settings)));
    return used -> run(plan, used);
  }

  private Map<String, Object> run(Plan plan, Settings used) throws IOException {
    TrainingConfig config = plan.config();
    TrainingRun run = new TrainingRun(options, used);
    ChatModel chat = plan.trained().load(model, config.seed(), plan.checkpointing());
    PolicyModel student = chat.parts();
    DecoderTransformer taught = student.transformer();
    DecoderTransformer teaching = teacher.equals(SELF) ? taught : teacher().transformer();
    UnaryOperator<int[]> teacherPrompt = teacherPrompt(student, plan.systemPrompt());
    UnaryOperator<List<DistillationTrainer.Row>> answering =
        asked -> answered(asked, student, teaching, teacherPrompt, plan.sampling().maxNewTokens());
    Tokenization tokenization = new Tokenization(student.text(), plan.lengths(), plan.wrap());
    List<DistillationTrainer.Row> read =
        plan.promptsOnly() ? prompts(student, rows.data) : rows(tokenization, rows.data);
    List<DistillationTrainer.Row> learnt = plan.imitate() ? answering.apply(read) : read;
    List<TokenizedDemonstration> heldOut = new ArrayList<>();
    if (rows.evalData != null) {
      // The teacher's likeliest answers stay the same while the student changes.
      (plan.promptsOnly()
              ? answering.apply(prompts(student, rows.evalData))
              : rows(tokenization, rows.evalData))
          .forEach(row -> heldOut.add(row.demonstration()));
    }
    Backend backend = Backends.defaultBackend();
    StepRunner<TokenizedDemonstration> steps =
        new StepRunner<>(
            "distill",
            new DistillationTask(taught, teaching, plan.divergence(), teacherPrompt),
            config,
            backend,
            options.out);
    RolloutSampler sampler =
        new RolloutSampler(
            new TransformerSampler(taught, config.stepExamples()),
            student.tokenizer()::decode,
            student.assets().stopTokens(),
            plan.sampling());
    return run.run(
        plan.best(),
        context -> {
          TrainingResult result =
              new DistillationTrainer(steps, sampler, plan.onPolicy(), config, context)
                  .run(learnt, heldOut, options.resume);
          run.save(chat);
          return result;
        });
  }

  private PolicyModel teacher() {
    PolicyModel loaded = PolicyModel.load(new ModelResolver(Bars.FACTORY).resolve(teacher));
    if (teacherAdapter != null) {
      PeftAdapters.load(loaded.transformer(), teacherAdapter);
      loaded.transformer().mergeAdapter();
    }
    return loaded;
  }

  /** The teacher's system turn instead of the student's; both end with the same user turn. */
  private static UnaryOperator<int[]> teacherPrompt(PolicyModel student, String systemPrompt) {
    return systemPrompt.isEmpty()
        ? UnaryOperator.identity()
        : new SystemTurn(student, systemPrompt);
  }

  /** Sequence-level distillation: the teacher's likeliest answers instead of the recorded ones. */
  private static List<DistillationTrainer.Row> answered(
      List<DistillationTrainer.Row> rows,
      PolicyModel student,
      DecoderTransformer teaching,
      UnaryOperator<int[]> teacherPrompt,
      int maxNewTokens) {
    // The student itself teaches as it is before training.
    List<Completion> answers;
    try (Generator generator =
        new Generator(
            teaching, Backends.defaultBackend(), student.assets().stopTokens(), SLOTS, true)) {
      answers =
          generator.generate(
              rows.stream().map(row -> teacherPrompt.apply(row.prompt().ids())).toList(),
              SamplingParams.greedy(maxNewTokens),
              Bars.FACTORY,
              "teacher");
    }
    List<DistillationTrainer.Row> out = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      out.add(new DistillationTrainer.Row(rows.get(i).prompt(), answers.get(i).ids()));
    }
    return out;
  }

  /** Prompts alone, where nobody looks at recorded completions. */
  private static List<DistillationTrainer.Row> prompts(PolicyModel student, Path file) {
    List<DistillationTrainer.Row> out = new ArrayList<>();
    for (String prompt : PromptFile.parse(file.toString()).read()) {
      int[] ids = student.text().userPrompt(prompt);
      out.add(new DistillationTrainer.Row(new OnlinePrompt(prompt, prompt, ids), null));
    }
    return out;
  }

  private static List<DistillationTrainer.Row> rows(Tokenization tokenization, Path file) {
    List<DistillationTrainer.Row> out = new ArrayList<>();
    List<Demonstration> rows = TrlRows.demonstrations(file);
    for (TokenizedDemonstration row : tokenization.demonstrations(rows)) {
      out.add(
          new DistillationTrainer.Row(
              new OnlinePrompt(row.source(), "", row.prompt()), row.completion()));
    }
    return out;
  }
}
