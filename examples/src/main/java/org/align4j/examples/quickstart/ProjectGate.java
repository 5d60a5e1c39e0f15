package org.align4j.examples.quickstart;

import java.util.List;
import java.util.function.Predicate;
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

  /** Fits it to a model with the defaults. */
  public static RefusalGate fit(ChatModel model, Progress.Factory progress) {
    QuickstartData data = QuickstartData.load();
    return GateTrainer.fit(
            model,
            requests(data.harmful(), data.harmless()),
            new GateRequests(
                texts(data.validation().get(PromptKind.HARMFUL), request -> true),
                texts(data.validation().get(PromptKind.BENIGN), request -> true),
                texts(data.validation().get(PromptKind.ORDINARY), request -> true)),
            GateConfig.defaults(),
            progress)
        .gate();
  }

  private static GateRequests requests(List<Request> harmful, List<Request> harmless) {
    Predicate<Request> general = request -> request.category().equals("general");
    return new GateRequests(
        texts(harmful, request -> true),
        texts(harmless, general.negate()),
        texts(harmless, general));
  }

  private static List<String> texts(List<Request> requests, Predicate<Request> kind) {
    return requests.stream().filter(kind).map(Request::text).toList();
  }
}
