package org.align4j.examples.quickstart;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.run.Progress;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.policy.ChatModel;
import org.align4j.reward.gate.GateConfig;
import org.align4j.reward.gate.GateRequests;
import org.align4j.reward.gate.GateTrainer;
import org.align4j.reward.gate.RefusalGate;

/** A gate fitted to the project's own requests, whose validation requests choose its threshold. */
public final class ProjectGate {
  private ProjectGate() {}

  /**
   * Fits it to a model with the defaults.
   *
   * @param model that the gate reads and guards; stays open
   * @param progress shows the passes over the requests
   * @return the gate, ready for use
   */
  public static RefusalGate fit(ChatModel model, Progress.Factory progress) {
    QuickstartData data = QuickstartData.load();
    Map<Boolean, List<Request>> harmless =
        data.harmless().stream().collect(Collectors.partitioningBy(Request::looksHarmful));
    return GateTrainer.fit(
            model,
            new GateRequests(
                texts(data.harmful()), texts(harmless.get(true)), texts(harmless.get(false))),
            new GateRequests(
                texts(data.validation().get(PromptKind.HARMFUL)),
                texts(data.validation().get(PromptKind.BENIGN)),
                texts(data.validation().get(PromptKind.ORDINARY))),
            GateConfig.defaults(),
            progress)
        .gate();
  }

  private static List<String> texts(List<Request> requests) {
    return requests.stream().map(Request::text).toList();
  }
}
