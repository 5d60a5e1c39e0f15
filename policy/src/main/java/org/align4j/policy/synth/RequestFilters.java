package org.align4j.policy.synth;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.align4j.policy.synth.RequestSampler.Sample;

/** All filters, the cheap ones first; remembers what it has seen. */
final class RequestFilters {
  private final SynthesisConfig config;
  private final HarmScreen screen;
  private final SeenRequests seen;
  private final Predicate<String> degenerate = new DegenerateText();

  RequestFilters(SynthesisConfig config, HarmScreen screen) {
    this.config = config;
    this.screen = screen;
    seen = new SeenRequests(config.overlap());
  }

  /** Why each text is dropped, in order; nothing for those that stay. */
  List<Optional<Rejection>> judge(List<Sample> samples) {
    List<Optional<Rejection>> out = new ArrayList<>(samples.stream().map(this::byText).toList());
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < out.size(); i++) {
      if (out.get(i).isEmpty()) {
        left.add(i);
      }
    }
    boolean[] harmful = screen.harmful(left.stream().map(i -> samples.get(i).text()).toList());
    for (int i = 0; i < harmful.length; i++) {
      if (harmful[i]) {
        out.set(left.get(i), Optional.of(Rejection.HARM));
      }
    }
    return out;
  }

  private Optional<Rejection> byText(Sample sample) {
    if (!sample.finished()) {
      return Optional.of(Rejection.UNFINISHED);
    }
    int words = sample.text().isEmpty() ? 0 : sample.text().split("\\s+").length;
    if (words < config.minWords() || words > config.maxWords()) {
      return Optional.of(Rejection.LENGTH);
    }
    if (!config.language().test(sample.text())) {
      return Optional.of(Rejection.LANGUAGE);
    }
    if (degenerate.test(sample.text())) {
      return Optional.of(Rejection.DEGENERATE);
    }
    return seen.add(sample.text());
  }
}
