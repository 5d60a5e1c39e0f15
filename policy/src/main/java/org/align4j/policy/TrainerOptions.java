package org.align4j.policy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingConfigBuilder;

/**
 * What a {@link Trainer} has been told so far, with the defaults for the rest. Each run begins with
 * a {@link TrainingSetup} made of it.
 *
 * @param <D> a row of training data
 */
final class TrainerOptions<D> {
  private static final int MAX_LENGTH = 1024;

  private final List<TrainingListener> listeners = new ArrayList<>();
  private final Map<String, NextTokenRows> nextToken = new TreeMap<>();
  private String name;
  private TrainingConfig config;
  private Path output;
  private LengthPolicy lengths = new LengthPolicy(MAX_LENGTH, LengthPolicy.Mode.KEEP_START);
  private boolean wrapStrings = true;
  private CancellationToken cancellation = new CancellationToken();
  private List<D> heldOut = List.of();
  private Supplier<Map<String, Double>> evaluation;

  TrainerOptions(String name, double learningRate) {
    this.name = name;
    config = TrainingConfig.defaults(learningRate);
  }

  String name() {
    return name;
  }

  void name(String value) {
    name = value;
  }

  void config(TrainingConfig value) {
    config = value;
  }

  void config(UnaryOperator<TrainingConfigBuilder> changes) {
    config = changes.apply(config.toBuilder()).build();
  }

  /** Where the run writes; without it {@code runs/NAME}, by the name at the time of the run. */
  void output(Path folder) {
    output = folder;
  }

  /** Listeners that are told after those that were added before. */
  void listen(List<TrainingListener> more) {
    listeners.addAll(more);
  }

  void lengths(LengthPolicy policy) {
    lengths = policy;
  }

  void wrapStrings(boolean value) {
    wrapStrings = value;
  }

  void heldOut(List<D> rows) {
    heldOut = List.copyOf(rows);
  }

  void evaluation(Supplier<Map<String, Double>> metrics) {
    evaluation = metrics;
  }

  /** Rows with a loss of their own; of each kind the last ones count. */
  void nextToken(String kind, NextTokenRows rows) {
    nextToken.put(kind, rows);
  }

  void cancellation(CancellationToken token) {
    cancellation = token;
  }

  /** The options of a run that begins now. */
  TrainingSetup<D> setup(boolean resume) {
    Path folder = output == null ? Path.of("runs", name) : output;
    return new TrainingSetup<>(
        name,
        config,
        new RunContext(folder, listeners, cancellation),
        lengths,
        wrapStrings,
        heldOut,
        evaluation,
        resume,
        List.copyOf(nextToken.values()));
  }
}
