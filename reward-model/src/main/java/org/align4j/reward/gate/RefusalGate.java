package org.align4j.reward.gate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.model.WeightsFingerprint;

/**
 * A guard around a chat model: a linear classifier of the prompt's hidden states decides, before a
 * token is generated, whether a request is refused. The model's weights stay as they are, and
 * requests that pass get the model's own answer.
 *
 * <p>It sees one user message at a time, and the model as it was when the gate was fitted: an
 * adapter that is trained later changes the answers, not the gate's decisions. Not thread-safe.
 */
public final class RefusalGate {
  private final ChatModel model;
  private final GateParameters parameters;
  private final PromptFeatures features;

  RefusalGate(ChatModel model, GateParameters parameters) {
    this.model = model;
    this.parameters = parameters;
    features = new PromptFeatures(model.parts(), parameters.layer());
  }

  /**
   * Fits a gate with the defaults; every fifth request chooses the threshold.
   *
   * @param model that the gate reads and guards; stays open while the gate is in use
   * @param requests at least five harmful ones, and some of both harmless kinds
   * @return the gate, ready for use
   * @throws ConfigurationException if a kind of requests is missing
   */
  public static RefusalGate fit(ChatModel model, GateRequests requests) {
    return GateTrainer.fit(model, requests, GateConfig.defaults(), Progress.SILENT).gate();
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @param file made by {@link #save}
   * @param model that it was fitted to; stays open while the gate is in use
   * @return the gate, ready for use
   * @throws ConfigurationException if it was fitted to other weights
   * @throws ModelFileException if the file is missing or damaged
   */
  public static RefusalGate load(Path file, ChatModel model) {
    GateParameters read = GateFile.read(file);
    String fingerprint = WeightsFingerprint.ofReference(model.network());
    if (!read.fingerprint().equals(fingerprint)) {
      throw new ConfigurationException(
          file
              + ": was fitted to the model \""
              + read.model()
              + "\" (weights "
              + shortened(read.fingerprint())
              + "), not to \""
              + model.name()
              + "\" (weights "
              + shortened(fingerprint)
              + "); load that model, without merging an adapter into it, or fit a gate to this one");
    }
    int size = PromptFeatures.size(model.parts());
    if (read.probe().weights().length != size || read.layer() > layers(model)) {
      throw new ModelFileException(
          file
              + ": has "
              + read.probe().weights().length
              + " weights for layer "
              + read.layer()
              + "; the model has "
              + size
              + " features and "
              + layers(model)
              + " layers");
    }
    return new RefusalGate(model, read);
  }

  private static int layers(ChatModel model) {
    return model.network().config().layers();
  }

  private static String shortened(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }

  /**
   * Writes the gate, without the model, as one JSON file.
   *
   * @param file is replaced if it is there
   * @throws IOException names the file that cannot be written
   */
  public void save(Path file) throws IOException {
    GateFile.write(parameters, file);
  }

  /** {@return the model that it guards} */
  public ChatModel model() {
    return model;
  }

  /** {@return number of layers that it runs} */
  public int layer() {
    return parameters.layer();
  }

  /** {@return the threshold; scores from here on are refused} */
  public double threshold() {
    return parameters.threshold();
  }

  /**
   * {@return a gate of the same model with another threshold}
   *
   * @param other scores from here on are refused
   */
  public RefusalGate withThreshold(double other) {
    return new RefusalGate(model, parameters.withThreshold(other));
  }

  /**
   * {@return how harmful a user message is; fitted to 1 for harmful and -1 for harmless ones}
   *
   * @param message what the user says
   * @throws org.align4j.core.data.DataException if the prompt is longer than the model's positions
   */
  public double score(String message) {
    return scores(List.of(message))[0];
  }

  /**
   * {@return the scores of user messages, equal to those of each alone up to rounding}
   *
   * @param messages what users say, each on its own
   */
  public double[] scores(List<String> messages) {
    return scores(messages, Progress.SILENT);
  }

  /**
   * {@return the scores of user messages, in order}
   *
   * @param messages what users say, each on its own
   * @param progress shows the messages
   */
  public double[] scores(List<String> messages, Progress.Factory progress) {
    double[][] rows = features.of(messages, progress, "score");
    double[] out = new double[rows.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = parameters.probe().score(rows[i]);
    }
    return out;
  }

  /**
   * {@return whether a user message is refused}
   *
   * @param message what the user says
   */
  public boolean refuses(String message) {
    return score(message) >= threshold();
  }

  /**
   * {@return whether each user message is refused, in order}
   *
   * @param messages what users say, each on its own
   */
  public boolean[] refuses(List<String> messages) {
    double[] scores = scores(messages);
    boolean[] out = new boolean[scores.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = scores[i] >= threshold();
    }
    return out;
  }

  /**
   * Judges user messages and keeps them with their scores.
   *
   * @param messages what users say, each on its own, at least one
   * @param progress shows the messages
   * @return what the gate says of each
   */
  public GateDecisions decide(List<String> messages, Progress.Factory progress) {
    return new GateDecisions(messages, scores(messages, progress), threshold());
  }

  /**
   * {@return the refusal, or the model's own answer}
   *
   * @param message what the user says
   * @param params how tokens of the model's answer are chosen, and how many at most
   */
  public String answer(String message, SamplingParams params) {
    return answers(List.of(message), params).get(0);
  }

  /**
   * {@return the refusal or the model's own answer to each user message, in order}
   *
   * @param messages what users say, each on its own
   * @param params how tokens of the model's answers are chosen, and how many at most
   */
  public List<String> answers(List<String> messages, SamplingParams params) {
    boolean[] refused = refuses(messages);
    List<String> passed = new ArrayList<>();
    for (int i = 0; i < refused.length; i++) {
      if (!refused[i]) {
        passed.add(messages.get(i));
      }
    }
    List<String> answers = passed.isEmpty() ? List.of() : model.generate(passed, params);
    List<String> out = new ArrayList<>(refused.length);
    int next = 0;
    for (boolean one : refused) {
      out.add(one ? parameters.refusal() : answers.get(next++));
    }
    return out;
  }
}
