package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PromptFile;
import org.align4j.core.data.TrlRows;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.run.Settings;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.ModelResolver;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.online.DistillationTrainer;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.train.DistillationTask;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedDemonstration;
import org.align4j.policy.train.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "distill",
    mixinStandardHelpOptions = true,
    description = "Generalised knowledge distillation from a teacher of the same vocabulary.")
final class TrainDistillCommand implements Callable<Integer> {
  /** TRL's GKDConfig. */
  private static final double LEARNING_RATE = 2e-5;

  private static final String SELF = "self";
  private static final int SLOTS = 32;

  @Mixin ModelOptions model;
  @Mixin TrainingOptions options;
  @Mixin JsonOutput output;

  @Option(
      names = "--teacher",
      required = true,
      paramLabel = "MODEL",
      description =
          "A model as for --model, or self: the student with its adapter off (give it a"
              + " teacher_system_prompt).")
  String teacher;

  @Option(names = "--teacher-adapter", paramLabel = "DIR", description = "Its adapter.")
  Path teacherAdapter;

  @Override
  public Integer call() throws IOException {
    Settings settings = options.settings();
    TrainingConfig config = TrainingOptions.training(settings, LEARNING_RATE);
    LoraConfig lora = TrainingOptions.lora(settings, 0);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    LengthPolicy lengths = TrainingOptions.lengths(settings);
    GeneralizedJsd divergence =
        new GeneralizedJsd(
            settings.number("beta", 0.5),
            settings.number("distillation_temperature", 1),
            settings.integer("distillation_top_k", 0));
    double onPolicy = settings.number("lmbda", 0.5);
    SamplingParams sampling =
        new SamplingParams(
            settings.integer("max_new_tokens", 128),
            settings.number("temperature", 0.9),
            0,
            1,
            1,
            config.seed());
    boolean imitate = settings.flag("seq_kd", false);
    String systemPrompt = settings.text("teacher_system_prompt", "");
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    settings.rejectUnknown();
    TrainingRun run = new TrainingRun(options, model, settings);
    PolicyModel student = run.model(lora, config.seed(), checkpointing);
    DecoderTransformer taught = student.transformer();
    DecoderTransformer teaching = teacher.equals(SELF) ? taught : teacher().transformer();
    Backend backend = Backends.defaultBackend();
    UnaryOperator<int[]> teacherPrompt = teacherPrompt(student, systemPrompt);
    DistillationTask task = new DistillationTask(taught, teaching, divergence, teacherPrompt);
    boolean promptsOnly = onPolicy == 1 || imitate;
    Tokenization tokenization = new Tokenization(student.text(), lengths, wrap);
    UnaryOperator<List<DistillationTrainer.Row>> answering =
        rows -> answered(rows, student, teaching, teacherPrompt, sampling.maxNewTokens());
    List<DistillationTrainer.Row> read =
        promptsOnly ? prompts(student, options.data) : rows(tokenization, options.data);
    List<DistillationTrainer.Row> learnt = imitate ? answering.apply(read) : read;
    List<TokenizedDemonstration> heldOut = List.of();
    if (options.evalData != null) {
      // The teacher's likeliest answers stay the same while the student changes.
      heldOut =
          (promptsOnly
                  ? answering.apply(prompts(student, options.evalData))
                  : rows(tokenization, options.evalData))
              .stream().map(DistillationTrainer.Row::demonstration).toList();
    }
    List<TokenizedDemonstration> measured = heldOut;
    RolloutSampler sampler =
        new RolloutSampler(
            taught,
            student.tokenizer(),
            student.assets().stopTokens(),
            backend,
            sampling,
            config.stepExamples());
    output.print(
        run.run(
            surroundings -> {
              StepRunner<TokenizedDemonstration> steps =
                  new StepRunner<>("distill", task, config, backend, options.out);
              var result =
                  new DistillationTrainer(steps, sampler, onPolicy, config, surroundings)
                      .run(learnt, measured, options.resume);
              run.save(student);
              return result;
            }));
    return 0;
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
    boolean self = teaching == student.transformer();
    List<Completion> answers;
    try (Generator generator =
        new Generator(
            teaching, Backends.defaultBackend(), student.assets().stopTokens(), SLOTS, !self)) {
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
