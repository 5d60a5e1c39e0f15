package org.align4j.policy.synth;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.synth.RequestSampler.Sample;

/**
 * Ordinary requests from the chat model itself: given the opening of a user's turn and nothing
 * else, it writes what users ask (Magpie, Xu et al. 2024, arXiv 2406.08464). Any model serves whose
 * chat template opens a user's turn and ends it with a special token.
 *
 * <p>The requests depend on model, configuration and screen alone, and those for a smaller number
 * are the first of those for a greater one.
 */
public final class RequestSynthesizer {
  private final PolicyModel model;
  private final HarmScreen screen;
  private final SynthesisConfig config;

  /**
   * Prepares a synthesis.
   *
   * @param model as it is, with its adapter if it has one; stays open
   * @param screen what drops harmful requests, such as a fitted gate's {@code refuses}
   * @param config how requests are sampled and filtered
   */
  public RequestSynthesizer(PolicyModel model, HarmScreen screen, SynthesisConfig config) {
    this.model = model;
    this.screen = screen;
    this.config = config;
  }

  /**
   * Samples until there are enough requests.
   *
   * @return the requests, fewer than wanted if the samples are used up
   * @throws org.align4j.core.ConfigurationException if the model has no chat template, or one that
   *     does not open or end a user's turn
   */
  public SynthesizedRequests run() {
    return run(Progress.SILENT, new CancellationToken());
  }

  /**
   * Samples until there are enough requests, the samples are used up, or it is cancelled.
   *
   * @param progress counts requests that are kept
   * @param cancellation looked at between tokens; what is there by then is returned
   * @return the requests, with what was dropped and whether there are enough
   * @throws org.align4j.core.ConfigurationException if the model has no chat template, or one that
   *     does not open or end a user's turn
   */
  public SynthesizedRequests run(Progress.Factory progress, CancellationToken cancellation) {
    try (RequestSampler sampler = new RequestSampler(model, config.sampling(), config.batch());
        Progress bar = progress.start("requests", config.count())) {
      return collect(sampler::round, bar, cancellation::isCancelled);
    }
  }

  /** Where the texts come from. */
  @FunctionalInterface
  interface Source {
    List<Sample> round(int number, BooleanSupplier stop);
  }

  SynthesizedRequests collect(Source source, Progress bar, BooleanSupplier stop) {
    RequestFilters filters = new RequestFilters(config, screen);
    List<String> kept = new ArrayList<>();
    Map<Rejection, Integer> rejected = new EnumMap<>(Rejection.class);
    for (Rejection reason : Rejection.values()) {
      rejected.put(reason, 0);
    }
    int sampled = 0;
    for (int round = 0; open(kept, sampled) && !stop.getAsBoolean(); round++) {
      List<Sample> samples = source.round(round, stop);
      List<Optional<Rejection>> verdicts = filters.judge(samples);
      int before = kept.size();
      for (int i = 0; i < samples.size() && open(kept, sampled); i++) {
        sampled++;
        if (verdicts.get(i).isPresent()) {
          rejected.merge(verdicts.get(i).get(), 1, Integer::sum);
        } else {
          kept.add(samples.get(i).text());
        }
      }
      bar.step(kept.size() - before);
      bar.note(sampled + " sampled");
    }
    return new SynthesizedRequests(
        List.copyOf(kept), sampled, rejected, kept.size() == config.count());
  }

  private boolean open(List<String> kept, int sampled) {
    return kept.size() < config.count() && sampled < config.maxSamples();
  }
}
