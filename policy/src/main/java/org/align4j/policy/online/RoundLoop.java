package org.align4j.policy.online;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.run.Progress;
import org.align4j.policy.train.DataOrder;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;

/**
 * The loop around rounds of online training: order, learning rate, bar, log, checkpoints, stop.
 *
 * @param <P> what a round takes a batch of
 */
final class RoundLoop<P> {

  /** What a round does. */
  interface Rounds<P> {
    Map<String, Double> run(List<P> items, double rate, long round);

    void save(long round);

    long load();

    /** Whether the run should end after a round. */
    boolean ends(Map<String, Double> metrics);

    /** Metrics on held-out data; empty if there is none. */
    default Map<String, Double> evaluate() {
      return Map.of();
    }
  }

  private final String name;
  private final String noted;
  private final TrainingConfig config;
  private final TrainingLoop.Surroundings surroundings;

  /**
   * Prepares a loop.
   *
   * @param noted metric that stands beside the bar
   */
  RoundLoop(
      String name, String noted, TrainingConfig config, TrainingLoop.Surroundings surroundings) {
    this.name = name;
    this.noted = noted;
    this.config = config;
    this.surroundings = surroundings;
  }

  TrainingLoop.Result run(List<P> items, boolean resume, Rounds<P> rounds) {
    DataOrder<P> order = new DataOrder<>(items, config);
    long total = config.totalSteps(items.size());
    long round = resume ? rounds.load() : 0;
    long start = System.nanoTime();
    Map<String, Double> last = Map.of();
    boolean ended = false;
    Map<String, Double> evaluated = evaluate(rounds, round);
    long evaluatedAt = round;
    try (Progress bar = surroundings.progress().start(name, total)) {
      bar.step(round);
      while (round < total && !ended && !surroundings.stop().getAsBoolean()) {
        double used = config.timeShare(start);
        if (used >= 1) {
          break;
        }
        last = rounds.run(order.step(round), config.rate(round, used, total), round);
        round++;
        bar.step(1);
        bar.note(String.format(Locale.ROOT, "%s %.3f", noted, last.getOrDefault(noted, 0.0)));
        if (surroundings.metrics() != null && round % config.loggingSteps() == 0) {
          surroundings.metrics().write(name, round, last);
        }
        if (config.saveSteps() > 0 && round % config.saveSteps() == 0) {
          rounds.save(round);
        }
        if (config.evalSteps() > 0 && round % config.evalSteps() == 0) {
          evaluated = evaluate(rounds, round);
          evaluatedAt = round;
        }
        ended = rounds.ends(last);
      }
    }
    if (evaluatedAt < round) {
      evaluated = evaluate(rounds, round);
    }
    if (config.saveSteps() > 0) {
      rounds.save(round);
    }
    return new TrainingLoop.Result(round, round < total, last, evaluated);
  }

  private Map<String, Double> evaluate(Rounds<P> rounds, long round) {
    Map<String, Double> out = rounds.evaluate();
    if (!out.isEmpty() && surroundings.metrics() != null) {
      surroundings.metrics().write(name, round, out);
    }
    return out;
  }
}
