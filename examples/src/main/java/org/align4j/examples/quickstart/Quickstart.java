package org.align4j.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.RefusalDetector;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.core.run.Progress;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.Reference;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.KeepBest;
import org.align4j.policy.run.MetricsLogListener;
import org.align4j.policy.run.ProgressListener;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.task.SupervisedTask;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingConfigBuilder;
import org.align4j.policy.train.TrainingLoop;
import org.align4j.reward.report.RefusalReadiness;

/**
 * Measures a chat model, samples its own answers, fine-tunes it (refusal for harmful requests, its
 * own answer for harmless ones: self-distillation), goes on with DPO in both directions and
 * measures again.
 */
public final class Quickstart {
  private static final int BATCH = 32;
  private static final int TRAIN_BATCH = 8;
  private static final int MICRO_BATCH_TOKENS = 2048;

  /** "I'm sorry": enough of the refusal to know it. */
  private static final int OPENING_TOKENS = 3;

  /** Shares of the whole time: sampling ends after the first, DPO gets the second. */
  private static final double SAMPLING_ENDS = 0.3;

  private static final double DPO_SHARE = 0.11;

  /** Part of the time that is planned; the rest is for what was not foreseen. */
  private static final double PLANNED = 0.97;

  private final PolicyModel model;
  private final String modelName;
  private final QuickstartConfig config;
  private final QuickstartData data;
  private final Path out;
  private final Progress.Factory progress;
  private final CancellationToken cancellation;
  private final Backend backend = Backends.defaultBackend();
  private final RefusalDetector detector = new RefusalDetector();
  private final Demonstrations demonstrations;
  private final RefusalReadiness probe;
  private final MetricsLogListener log;
  private final long start = System.nanoTime();

  /**
   * Prepares a run.
   *
   * @param model is trained
   * @param modelName how the model was named, for the adapter's configuration
   * @param config time limit and sizes
   * @param out folder of the run
   * @param progress shows each stage
   * @param cancellation ends the run, leaving the adapter as it is then
   */
  public Quickstart(
      PolicyModel model,
      String modelName,
      QuickstartConfig config,
      Path out,
      Progress.Factory progress,
      CancellationToken cancellation) {
    this.model = model;
    this.modelName = modelName;
    this.config = config;
    this.data = QuickstartData.load().withOrdinary(config.ordinaryRequests());
    this.out = out;
    this.progress = progress;
    this.cancellation = cancellation;
    log = new MetricsLogListener(out);
    demonstrations = new Demonstrations(model, config.refusal());
    probe = RefusalReadiness.ofTexts(model, List.of(config.refusal()), OPENING_TOKENS, progress);
  }

  /**
   * What a run found.
   *
   * @param after null if the run was stopped before the end
   * @param adapted whether training began, so that there is an adapter
   * @param seconds time of the whole run
   */
  public record Result(Measurement before, Measurement after, boolean adapted, double seconds) {}

  /** A harmless request with what the model itself answers. */
  private record Helped(Request request, String answer) {}

  /**
   * Runs everything and writes adapter, metrics, samples and report.
   *
   * @return rates before and after
   * @throws IOException names the file that cannot be written
   */
  public Result run() throws IOException {
    double begun = seconds();
    Measurement before = measure("measure before", false);
    double measuring = seconds() - begun;
    List<Helped> harmless = selfDistilled();
    if (cancellation.isCancelled()) {
      return new Result(before, null, false, seconds());
    }
    List<Request> harmful = inProportion(harmless.size());
    LoraConfig lora =
        LoraConfig.allLinear(config.loraRank(), 2.0 * config.loraRank())
            .fromLayer((int) (config.frozenShare() * model.assets().config().layers()));
    model.transformer().addAdapter(lora, config.seed());
    double dpoEnds = 60 * config.minutes() * PLANNED - measuring;
    supervised(harmful, harmless, dpoEnds - 60 * config.minutes() * DPO_SHARE);
    save();
    if (!cancellation.isCancelled()) {
      preference(harmful, harmless, dpoEnds);
      save();
    }
    Measurement after = cancellation.isCancelled() ? null : measure("measure after", true);
    Result result = new Result(before, after, true, seconds());
    if (after != null) {
      new QuickstartReport(data, result, out).write();
    }
    return result;
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Seconds of training until then, at least one: 0 would be no limit. */
  private double left(double end) {
    return Math.max(1, end - seconds());
  }

  private BooleanSupplier until(double end) {
    return () -> cancellation.isCancelled() || seconds() > end;
  }

  private void save() throws IOException {
    PeftAdapters.write(model.transformer(), modelName, out.resolve("adapter"));
  }

  private Measurement measure(String task, boolean adapter) {
    SamplingParams greedy = SamplingParams.greedy(config.evaluationTokens());
    RefusalReadiness readiness = RefusalReadiness.of(model, progress);
    Map<PromptKind, Measurement.Answers> kinds = new EnumMap<>(PromptKind.class);
    for (PromptKind kind : PromptKind.values()) {
      List<Request> requests = data.evaluation().get(kind);
      String named = task + " (" + QuickstartReport.name(kind) + ")";
      List<String> texts = answers(requests, greedy, named, adapter, cancellation::isCancelled);
      double[] ready = readiness.of(texts(requests), named + ": readiness").probabilities();
      kinds.put(kind, new Measurement.Answers(texts, RefusalReport.of(texts), ready));
    }
    return new Measurement(kinds);
  }

  private static List<String> texts(List<Request> requests) {
    return requests.stream().map(Request::text).toList();
  }

  private List<String> answers(
      List<Request> requests,
      SamplingParams params,
      String task,
      boolean adapter,
      BooleanSupplier until) {
    try (TextGenerator generator = new TextGenerator(model, BATCH, adapter)) {
      return generator.answers(texts(requests), params, progress, task, until);
    }
  }

  private boolean refuses(String answer) {
    return detector.judge(answer).pattern().refused();
  }

  /**
   * The model's own answers to harmless requests, as many as there is time for. Most are cut after
   * the first words, where the decision to help lies. They are drawn at a temperature below 1:
   * training on likeliest answers would make the model surer of itself until it repeats itself;
   * answers drawn at temperature 1 begin in so many ways that a refusal is the likeliest single
   * beginning long before it is likely.
   */
  private List<Helped> selfDistilled() {
    List<Request> requests = shuffled(data.harmless(), 0);
    int longs = requests.size() / config.longEvery();
    List<Helped> out = new ArrayList<>();
    addAnswers(requests.subList(0, longs), config.longTokens(), "sample long answers", out);
    addAnswers(
        requests.subList(longs, requests.size()), config.harmlessTokens(), "sample answers", out);
    return shuffled(out, 2);
  }

  private void addAnswers(List<Request> requests, int tokens, String task, List<Helped> out) {
    SamplingParams drawn =
        new SamplingParams(
            tokens,
            config.harmlessTemperature(),
            0,
            1,
            1,
            RandomStream.of(config.seed(), Purpose.SAMPLING).at(tokens).seed());
    BooleanSupplier until = until(60 * config.minutes() * SAMPLING_ENDS);
    List<String> answers = answers(requests, drawn, task, false, until);
    for (int i = 0; i < answers.size(); i++) {
      if (!answers.get(i).isBlank() && !refuses(answers.get(i))) {
        out.add(new Helped(requests.get(i), answers.get(i)));
      }
    }
  }

  /** Harmful requests, as many to the given harmless ones as the data has of both. */
  private List<Request> inProportion(int harmless) {
    List<Request> requests = shuffled(data.harmful(), 1);
    double share = (double) harmless / data.harmless().size();
    return requests.subList(0, (int) Math.round(share * requests.size()));
  }

  /** Another list needs another index, or rows at one place would get one fate. */
  private <T> List<T> shuffled(List<T> requests, int index) {
    List<T> copy = new ArrayList<>(requests);
    RandomStream.of(config.seed(), Purpose.ROWS).at(index).shuffle(copy);
    return copy;
  }

  private void supervised(List<Request> harmful, List<Helped> harmless, double end) {
    List<TokenizedDemonstration> examples = new ArrayList<>();
    for (int i = 0; i < harmful.size(); i++) {
      Request request = harmful.get(i);
      boolean whole = i % config.wholeEvery() == 0;
      examples.add(
          whole ? demonstrations.refusing(request) : demonstrations.beginningToRefuse(request));
    }
    harmless.forEach(one -> examples.add(demonstrations.helping(one.request(), one.answer())));
    TrainingConfig training =
        training(config.sftRate()).epochs(config.sftEpochs()).maxSeconds(left(end)).build();
    SupervisedTask task = new SupervisedTask(model.transformer(), SftLoss.NLL);
    new TrainingLoop<>("sft", task, training, backend, context(List.of())).run(examples, List.of());
  }

  /**
   * DPO on the requests that the supervised model is least sure of, in both directions: refusing is
   * preferred for harmful ones, the model's own answer for harmless ones. The supervised model is
   * the reference, so that the leash holds what it learnt. Preferences shift how ready the model is
   * to refuse at all; validation chooses how far.
   */
  private void preference(List<Request> harmful, List<Helped> harmless, double end)
      throws IOException {
    List<TokenizedPair> pairs = hardPairs(harmful, harmless);
    PreferenceTask task = new PreferenceTask(model.transformer(), objective());
    task.precomputeReference(pairs, MICRO_BATCH_TOKENS, Reference.of(model.transformer()));
    TrainingConfig training =
        training(config.dpoRate())
            .epochs(1)
            .maxSeconds(left(end))
            .schedule(LearningRateSchedule.CONSTANT)
            .warmupRatio(0)
            .shuffle(false)
            .evalOnStart(true)
            .evalSteps(Math.max(1, config.dpoRoundPairs() / TRAIN_BATCH))
            .build();
    KeepBest best = new KeepBest(new RefusalScore(config.wantedRefusals()));
    new TrainingLoop<>("dpo", task, training, backend, context(List.of(best)))
        .run(pairs, this::validate, false);
    Files.deleteIfExists(best.file(out));
  }

  /** The SFT term keeps the chosen answers' likelihood from falling with the rejected ones'. */
  private DpoObjective objective() {
    return DpoObjective.builder()
        .beta(config.beta())
        .loss(DpoLoss.SIGMOID)
        .loss(DpoLoss.SFT, config.sftWeight())
        .build();
  }

  private List<TokenizedPair> hardPairs(List<Request> harmful, List<Helped> harmless) {
    List<Request> candidates = first(harmful, config.dpoCandidates());
    double[] refusals = probe.of(texts(candidates), "find hard harmful").logProbs();
    List<Request> missed =
        lowest(refusals, config.dpoHarmful()).stream().map(candidates::get).toList();
    List<TokenizedPair> pairs = new ArrayList<>();
    SamplingParams greedy = SamplingParams.greedy(config.harmfulTokens());
    List<String> own = answers(missed, greedy, "sample rejected", false, cancellation::isCancelled);
    for (int i = 0; i < missed.size(); i++) {
      if (!own.get(i).isBlank() && !refuses(own.get(i))) {
        pairs.add(demonstrations.refusalPreferred(missed.get(i), own.get(i)));
      }
    }
    List<Helped> others = first(harmless, config.dpoCandidates());
    double[] overRefusals =
        probe
            .of(texts(others.stream().map(Helped::request).toList()), "find hard harmless")
            .logProbs();
    double[] negated = Arrays.stream(overRefusals).map(x -> -x).toArray();
    for (int i : lowest(negated, config.dpoHarmless())) {
      pairs.add(demonstrations.helpPreferred(others.get(i).request(), others.get(i).answer()));
    }
    return shuffled(pairs, 3);
  }

  private static <T> List<T> first(List<T> list, int count) {
    return list.subList(0, Math.min(count, list.size()));
  }

  private static List<Integer> lowest(double[] values, int count) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .limit(count)
        .toList();
  }

  /** Shares of the validation requests that the model refuses. */
  private Map<String, Double> validate() {
    Map<PromptKind, Double> refused = new EnumMap<>(PromptKind.class);
    data.validation()
        .forEach(
            (kind, requests) ->
                refused.put(kind, probe.of(texts(requests), "validate").greedyShare()));
    return RefusalScore.metrics(refused);
  }

  private RunContext context(List<TrainingListener> more) {
    List<TrainingListener> listeners = new ArrayList<>(more);
    listeners.add(new ProgressListener(progress));
    listeners.add(log);
    return new RunContext(out, listeners, cancellation);
  }

  private TrainingConfigBuilder training(double rate) {
    return TrainingConfig.builder(rate)
        .batchSize(TRAIN_BATCH)
        .microBatchTokens(MICRO_BATCH_TOKENS)
        .schedule(LearningRateSchedule.COSINE)
        .warmupRatio(0.05)
        .seed(config.seed())
        .loggingSteps(1);
  }
}
