package org.align4j.examples.cli;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.policy.ChatModel;
import org.align4j.reward.gate.RefusalDial;
import picocli.CommandLine.Option;

/** The options that name a model, with the dial of an adapter's gate. */
final class DialledModelOptions extends ModelOptions {
  @Option(
      names = "--refusal-scale",
      paramLabel = "SCALE",
      description =
          "Moves the threshold of the gate in --adapter: 1 = as trained (default), below 1 fewer"
              + " refusals, 0 none, above 1 more.")
  Double refusalScale;

  @Override
  ChatModel forOne() {
    if (refusalScale == null) {
      return super.forOne();
    }
    RefusalDial dial = WrongUse.checked(spec, this::dial);
    ChatModel chat = super.forOne();
    dial.turn(chat, refusalScale);
    return chat;
  }

  private RefusalDial dial() {
    require(adapter != null, "--refusal-scale is of an adapter; name one with --adapter");
    require(
        refusalScale >= 0 && Double.isFinite(refusalScale),
        "--refusal-scale must be a number from 0 on, got " + refusalScale);
    return RefusalDial.load(adapter);
  }
}
