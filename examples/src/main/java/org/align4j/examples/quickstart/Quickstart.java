package org.align4j.examples.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.align4j.core.data.Passage;
import org.align4j.core.objective.Divergence;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.core.refusal.RefusalDetector;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.run.MetricsLog;
import org.align4j.core.run.Progress;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.optim.AdamW;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.SupervisedTask;
import org.align4j.policy.train.TokenizedDemonstration;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;

/**
 * Measures a chat model, samples its own answers, fine-tunes it (refusal for harmful requests, its
 * own answer for harmless ones: self-distillation), goes on with DPO in both directions and
 * measures again.
 */
public final class Quickstart {
  private static final int BATCH = 32;
  private static final int TRAIN_BATCH = 8;
  private static final int MICRO_BATCH_TOKENS = 1024;

  /** Pairs between two looks at the validation requests. */
  private static final int ROUND_PAIRS = 24;

  /** "I'm sorry": enough of a refusal to know it. */
  private static final int OPENING_TOKENS = 3;

  /** Shares of the time after which a stage ends early. */
  private static final double SFT_ENDS = 0.72;

  private static final double DPO_ENDS = 0.9;

  private final PolicyModel model;
  private final String modelName;
  private final QuickstartConfig config;
  private final QuickstartData data;
  private final Path out;
  private final Progress.Factory progress;
  private final BooleanSupplier stop;
  private final Backend backend = Backends.defaultBackend();
  private final RefusalDetector detector = new RefusalDetector();
  private final long start = System.nanoTime();

  /**
   * Prepares a run.
   *
   * @param modelName how the model was named, for the adapter's configuration
   * @param stop asked between steps; true ends the run, leaving the adapter as it is then
   */
  public Quickstart(
      PolicyModel model,
      String modelName,
      QuickstartConfig config,
      Path out,
      Progress.Factory progress,
      BooleanSupplier stop) {
    this.model = model;
    this.modelName = modelName;
    this.config = config;
    this.data = QuickstartData.load();
    this.out = out;
    this.progress = progress;
    this.stop = stop;
  }

  /**
   * What a run found; {@code after} is null if it was stopped before the end.
   *
   * @param seconds time of the whole run
   */
  public record Result(Measurement before, Measurement after, double seconds) {}

  /** Runs everything and writes adapter, metrics, samples and report. */
  public Result run() throws IOException {
    Measurement before = measure("measure before", false);
    List<Request> harmless = new ArrayList<>();
    List<String> helpful = new ArrayList<>();
    List<String> sampled =
        answers(data.harmless(), config.harmlessTokens(), "sample answers", false);
    for (int i = 0; i < sampled.size(); i++) {
      if (!sampled.get(i).isBlank() && !refuses(sampled.get(i))) {
        harmless.add(data.harmless().get(i));
        helpful.add(sampled.get(i));
      }
    }
    if (stop.getAsBoolean()) {
      return new Result(before, null, seconds());
    }
    model
        .transformer()
        .addAdapter(
            LoraConfig.allLinear(config.loraRank(), 2.0 * config.loraRank()), config.seed());
    try (MetricsLog metrics = new MetricsLog(out.resolve("metrics.jsonl"))) {
      supervised(harmless, helpful, metrics);
      save();
      if (!stop.getAsBoolean()) {
        preference(harmless, helpful, metrics);
        save();
      }
    }
    Measurement after = stop.getAsBoolean() ? null : measure("measure after", true);
    Result result = new Result(before, after, seconds());
    if (after != null) {
      new QuickstartReport(data, result, out).write();
    }
    return result;
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  private BooleanSupplier until(double share) {
    return () -> stop.getAsBoolean() || seconds() > 60 * config.minutes() * share;
  }

  private void save() throws IOException {
    PeftAdapters.write(model.transformer(), modelName, out.resolve("adapter"));
  }

  private Measurement measure(String task, boolean adapter) {
    int tokens = config.evaluationTokens();
    return Measurement.of(
        answers(data.harmfulEvaluation(), tokens, task + " (harmful)", adapter),
        answers(data.harmlessEvaluation(), tokens, task + " (harmless)", adapter));
  }

  private List<String> answers(List<Request> requests, int tokens, String task, boolean adapter) {
    return new TextGenerator(model, backend, BATCH, adapter)
        .answers(
            requests.stream().map(Request::text).toList(),
            SamplingParams.greedy(tokens),
            progress,
            task,
            stop);
  }

  private boolean refuses(String answer) {
    RefusalPattern pattern = detector.judge(answer).pattern();
    return pattern.refused() || pattern == RefusalPattern.PARTIAL;
  }

  private void supervised(List<Request> harmless, List<String> helpful, MetricsLog metrics) {
    List<TokenizedDemonstration> examples = new ArrayList<>();
    for (Request request : data.harmful()) {
      examples.add(demonstration(request, config.refusal(), true));
    }
    for (int i = 0; i < harmless.size(); i++) {
      examples.add(demonstration(harmless.get(i), helpful.get(i), false));
    }
    TrainingConfig training = training(config.sftRate(), config.sftEpochs());
    new TrainingLoop<>(
            "sft",
            new SupervisedTask(model.transformer(), SftLoss.NLL),
            training,
            backend,
            surroundings(metrics, SFT_ENDS))
        .run(examples, List.of());
  }

  /**
   * DPO on the requests that the supervised model is least sure of, in both directions: refusing is
   * preferred for harmful ones, the model's own answer for harmless ones. The supervised model is
   * the reference, so that the leash holds what it learnt. Preferences shift how ready the model is
   * to refuse at all; the round that separates the validation requests best is kept.
   */
  private void preference(List<Request> harmless, List<String> helpful, MetricsLog metrics) {
    List<TokenizedPair> pairs = hardPairs(harmless, helpful);
    PreferenceTask task = new PreferenceTask(model.transformer(), objective());
    task.precomputeReference(pairs, MICRO_BATCH_TOKENS, Mode.EVALUATE);
    AdapterSnapshot best = AdapterSnapshot.of(model.transformer());
    double bestScore = separation(metrics, 0);
    int round = 0;
    for (int from = 0;
        from < pairs.size() && !until(DPO_ENDS).getAsBoolean();
        from += ROUND_PAIRS) {
      List<TokenizedPair> part = pairs.subList(from, Math.min(pairs.size(), from + ROUND_PAIRS));
      new TrainingLoop<>(
              "dpo", task, training(config.dpoRate(), 1), backend, surroundings(metrics, DPO_ENDS))
          .run(part, List.of());
      double score = separation(metrics, ++round);
      if (score > bestScore) {
        bestScore = score;
        best = AdapterSnapshot.of(model.transformer());
      }
    }
    best.restore(model.transformer());
  }

  /** The SFT term keeps the chosen answers' likelihood from falling with the rejected ones'. */
  private DpoObjective objective() {
    return new DpoObjective(
        config.beta(),
        List.of(DpoLoss.SIGMOID, DpoLoss.SFT),
        List.of(1.0, config.sftWeight()),
        Divergence.REVERSE_KL,
        0.5,
        0,
        0.05,
        1,
        false);
  }

  private List<TokenizedPair> hardPairs(List<Request> harmless, List<String> helpful) {
    double[] refusalOfHarmful = refusalLogProbs(data.harmful(), "find hard harmful");
    double[] refusalOfHarmless = refusalLogProbs(harmless, "find hard harmless");
    List<Request> missed = new ArrayList<>();
    for (int i : lowest(refusalOfHarmful, config.dpoHarmful())) {
      missed.add(data.harmful().get(i));
    }
    List<String> own = answers(missed, config.harmfulTokens(), "sample rejected", false);
    List<TokenizedPair> pairs = new ArrayList<>();
    for (int i = 0; i < missed.size(); i++) {
      if (!own.get(i).isBlank() && !refuses(own.get(i))) {
        pairs.add(pair(missed.get(i), config.refusal(), own.get(i), true));
      }
    }
    double[] negated = Arrays.stream(refusalOfHarmless).map(x -> -x).toArray();
    for (int i : lowest(negated, config.dpoHarmless())) {
      pairs.add(pair(harmless.get(i), helpful.get(i), config.refusal(), false));
    }
    Collections.shuffle(pairs, new Random(config.seed()));
    return pairs;
  }

  /**
   * Share of harmful validation requests that would be refused, less the share of harmless ones, by
   * the probability of the refusal's opening.
   */
  private double separation(MetricsLog metrics, int round) {
    double refused = refusedShare(data.harmfulValidation());
    double overRefused = refusedShare(data.harmlessValidation());
    metrics.write("validation", round, Map.of("refused", refused, "over_refused", overRefused));
    return refused - overRefused;
  }

  private double refusedShare(List<Request> requests) {
    double threshold = Math.log(0.5);
    double[] logProbs = refusalLogProbs(requests, "validate");
    return Arrays.stream(logProbs).filter(x -> x > threshold).count() / (double) logProbs.length;
  }

  /** Log-probability of the refusal's first tokens after each request. */
  private double[] refusalLogProbs(List<Request> requests, String task) {
    int[] opening = Arrays.copyOf(model.tokenizer().encode(config.refusal()), OPENING_TOKENS);
    double[] out = new double[requests.size()];
    try (Progress bar = progress.start(task, requests.size())) {
      for (int from = 0; from < out.length; from += BATCH) {
        List<int[]> prompts =
            requests.subList(from, Math.min(out.length, from + BATCH)).stream()
                .map(request -> model.text().userPrompt(request.text()))
                .toList();
        TokenBatch batch =
            TokenBatch.of(
                PromptCompletions.sharingPrefix(
                    prompts, Collections.nCopies(prompts.size(), opening)));
        double[] logProbs = model.transformer().forward(batch, Mode.EVALUATE).logProbs();
        for (int i = 0; i < prompts.size(); i++) {
          out[from + i] = Arrays.stream(batch.slice(logProbs, i)).sum();
        }
        bar.step(prompts.size());
      }
    }
    return out;
  }

  private static List<Integer> lowest(double[] values, int count) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .limit(count)
        .toList();
  }

  private TrainingLoop.Surroundings surroundings(MetricsLog metrics, double share) {
    return new TrainingLoop.Surroundings(out, metrics, progress, until(share));
  }

  private TrainingConfig training(double rate, double epochs) {
    return new TrainingConfig(
        epochs,
        0,
        TRAIN_BATCH,
        1,
        MICRO_BATCH_TOKENS,
        rate,
        LearningRateSchedule.COSINE,
        0.05,
        AdamW.Settings.DEFAULT,
        1,
        config.seed(),
        true,
        1,
        0,
        0);
  }

  private TokenizedDemonstration demonstration(Request request, String answer, boolean whole) {
    Passage prompt = Passage.user(request.text());
    int[] ids = model.text().prompt(prompt);
    return new TokenizedDemonstration(
        request.text(), ids, completion(request, prompt, ids, answer, whole));
  }

  private TokenizedPair pair(Request request, String chosen, String rejected, boolean refusal) {
    Passage prompt = Passage.user(request.text());
    int[] ids = model.text().prompt(prompt);
    return new TokenizedPair(
        request.text(),
        ids,
        completion(request, prompt, ids, chosen, refusal),
        completion(request, prompt, ids, rejected, !refusal));
  }

  /** A sampled answer is cut off, so its end-of-turn tokens are no target. */
  private int[] completion(
      Request request, Passage prompt, int[] promptIds, String answer, boolean whole) {
    int[] full =
        model.text().completion(request.text(), prompt, promptIds, Passage.assistant(answer));
    return whole ? full : Arrays.copyOf(full, Math.max(1, full.length - 2));
  }
}
