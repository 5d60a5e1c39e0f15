package org.align4j.examples.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.policy.run.TrainingEvent;
import org.align4j.policy.run.TrainingListener;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/** Seconds, loss and tokens of every step of a run; the first ones are slow: the JVM compiles. */
final class StepTimes implements TrainingListener {
  private final List<Double> seconds = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private double tokens;
  private long last;

  @Override
  public void onStart(TrainingEvent event) {
    last = System.nanoTime();
  }

  @Override
  public void onStep(TrainingEvent event) {
    seconds.add((System.nanoTime() - last) / 1e9);
    losses.add(event.metrics().get("loss"));
    System.err.printf(
        "step %d: %.3f s, loss %.6f%n",
        event.step(), seconds.get(seconds.size() - 1), losses.get(losses.size() - 1));
    last = System.nanoTime();
  }

  @Override
  public void onLog(TrainingEvent event) {
    tokens = event.metrics().get("num_tokens");
  }

  Map<String, Object> json() {
    double[] all = seconds.stream().mapToDouble(x -> x).toArray();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seconds_per_step", new Median().evaluate(all));
    json.put("all", all);
    json.put("tokens_per_step", tokens / all.length);
    json.put("loss", losses);
    return json;
  }
}
