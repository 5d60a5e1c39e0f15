package org.align4j.examples.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.align4j.core.data.Content;
import org.align4j.core.data.Demonstration;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.core.run.Progress;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.run.CancellableProgress;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.MetricsLogListener;
import org.align4j.policy.run.ProgressListener;
import org.align4j.reward.gate.GroupedRequests;
import org.align4j.reward.gate.NeuronGate;
import org.align4j.reward.gate.NeuronGateFit;
import org.align4j.reward.report.RefusalReadiness;

/**
 * Measures a chat model, builds a gate into its adapter that marks harmful requests where a prompt
 * ends, teaches the layers above to refuse where the mark is and to stay as they are elsewhere, and
 * measures again.
 */
public final class Quickstart {
  private static final int BATCH = 32;
  private static final int MICRO_BATCH_TOKENS = 2048;

  private final ChatModel model;
  private final QuickstartConfig config;
  private final QuickstartData data;
  private final Path out;
  private final Progress.Factory progress;
  private final CancellationToken cancellation;
  private final long start = System.nanoTime();

  /**
   * Prepares a run.
   *
   * @param model is trained
   * @param config sizes
   * @param out folder of the run
   * @param progress shows each stage
   * @param cancellation ends the run, leaving the adapter as it is then
   */
  public Quickstart(
      ChatModel model,
      QuickstartConfig config,
      Path out,
      Progress.Factory progress,
      CancellationToken cancellation) {
    this.model = model;
    this.config = config;
    this.data = QuickstartData.load().withOrdinary(config.ordinaryRequests());
    this.out = out;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /** How a run ended. */
  public sealed interface Outcome {}

  /**
   * A run that went to its end.
   *
   * @param before the untrained model
   * @param gate what was built into the adapter
   * @param after the trained one
   * @param seconds time of the whole run
   */
  public record Result(Measurement before, NeuronGateFit gate, Measurement after, double seconds)
      implements Outcome {}

  /**
   * A run that was stopped.
   *
   * @param message what it has left
   */
  public record Stopped(String message) implements Outcome {
    private static Stopped withoutAdapter() {
      return new Stopped("stopped before training began; there is no adapter");
    }
  }

  /**
   * Runs everything and writes adapter, metrics, samples and report.
   *
   * @return rates before and after, or that it was stopped
   * @throws IOException names the file that cannot be written
   */
  public Outcome run() throws IOException {
    GroupedRequests requests = TrainingRequests.grouped(data, config.requestShare());
    LoraConfig lora =
        config
            .gate()
            .withRoom(
                LoraConfig.allLinear(config.loraRank(), 2.0 * config.loraRank()),
                model.network().config(),
                requests.harmless().size());
    Optional<Measurement> before = measure("measure before", false);
    if (before.isEmpty()) {
      return Stopped.withoutAdapter();
    }
    model.withLora(lora, config.seed());
    NeuronGateFit gate;
    try {
      gate =
          NeuronGate.install(
              model,
              requests,
              config.gate().withSeed(config.seed()),
              new CancellableProgress(progress, cancellation));
    } catch (CancellationException e) {
      return Stopped.withoutAdapter();
    }
    teach(requests, gate);
    Path adapter = out.resolve("adapter");
    model.saveAdapter(adapter);
    gate.dial().save(adapter);
    Optional<Measurement> after = measure("measure after", true);
    if (after.isEmpty()) {
      return new Stopped("stopped early; what was trained so far is in " + adapter);
    }
    Result result = new Result(before.get(), gate, after.get(), seconds());
    new QuickstartReport(data, result, out).write();
    return result;
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Empty if the run was stopped: answers that were not generated look like answers. */
  private Optional<Measurement> measure(String task, boolean adapter) {
    SamplingParams greedy = SamplingParams.greedy(config.evaluationTokens());
    RefusalReadiness readiness = RefusalReadiness.of(model.parts(), progress);
    Map<PromptKind, Measurement.Answers> kinds = new EnumMap<>(PromptKind.class);
    for (PromptKind kind : PromptKind.values()) {
      List<String> requests = data.evaluation().get(kind).stream().map(Request::text).toList();
      String named = task + " (" + QuickstartReport.name(kind) + ")";
      List<String> texts;
      try (TextGenerator generator = new TextGenerator(model.parts(), BATCH, adapter)) {
        texts = generator.answers(requests, greedy, progress, named, cancellation::isCancelled);
      }
      if (cancellation.isCancelled()) {
        return Optional.empty();
      }
      double[] ready = readiness.of(requests, named + ": readiness").probabilities();
      kinds.put(kind, new Measurement.Answers(texts, RefusalReport.of(texts), ready));
    }
    return Optional.of(new Measurement(kinds));
  }

  /**
   * Supervised fine-tuning on refusals where the gate is open, with the untrained model's
   * distributions retained where it is closed. The gate stays as it is. Requests within its band
   * are left out: their mark is partial.
   */
  private void teach(GroupedRequests requests, NeuronGateFit gate) throws IOException {
    List<String> refused = where(requests.harmful(), gate.harmfulMargins(), 1);
    List<String> answered = new ArrayList<>();
    requests
        .harmless()
        .forEach(
            (name, some) -> answered.addAll(where(some, gate.harmlessMargins().get(name), -1)));
    List<Demonstration> refusals =
        shuffled(refused, 0).stream()
            .limit((long) config.steps() * config.batchSize())
            .map(text -> new Demonstration(text, Content.user(text), Content.assistant(refusal())))
            .toList();
    List<String> retained =
        shuffled(answered, 1).stream()
            .limit((long) config.steps() * config.retention().batchSize())
            .toList();
    Trainer.supervised(model)
        .retain(retained, config.retention())
        .config(
            training ->
                training
                    .learningRate(config.learningRate())
                    .batchSize(config.batchSize())
                    .microBatchTokens(MICRO_BATCH_TOKENS)
                    .maxSteps(config.steps())
                    .schedule(LearningRateSchedule.COSINE)
                    .warmupRatio(0.1)
                    .seed(config.seed())
                    .loggingSteps(1))
        .listen(new ProgressListener(progress), new MetricsLogListener(out))
        .cancelledBy(cancellation)
        .output(out)
        .fit(refusals);
  }

  private String refusal() {
    return config.gate().refusal();
  }

  /** The requests that the gate decides without doubt, as the sign says. */
  private static List<String> where(List<String> requests, double[] margins, int sign) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < margins.length; i++) {
      if (sign * margins[i] > NeuronGate.BAND) {
        out.add(requests.get(i));
      }
    }
    return out;
  }

  /** Another list needs another index, or rows at one place would get one fate. */
  private List<String> shuffled(List<String> requests, int index) {
    List<String> copy = new ArrayList<>(requests);
    RandomStream.of(config.seed(), Purpose.ROWS).at(index).shuffle(copy);
    return copy;
  }
}
