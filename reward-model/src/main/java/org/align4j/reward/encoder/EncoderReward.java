package org.align4j.reward.encoder;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.format.ModelFileException;
import org.align4j.reward.encoder.TokenEncoder.End;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A reward model on a frozen encoder: trained in a minute, scores a text in milliseconds. What it
 * reads of a prompt and what it reads of a completion are multiplied, so that the same completion
 * is good after one prompt and bad after another.
 */
public final class EncoderReward implements RewardFunction {
  static final String PROMPT = "prompt";
  static final String COMPLETION = "completion";
  private static final String FILE = "encoder-reward.zip";
  private static final int BATCH = 64;

  private final TokenEncoder encoder;
  private final ComputationGraph head;

  EncoderReward(TokenEncoder encoder, ComputationGraph head) {
    this.encoder = encoder;
    this.head = head;
  }

  /** Whether a folder holds one. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /** Reads what {@link #write} wrote. */
  public static EncoderReward load(Path folder, TokenEncoder encoder) {
    File file = folder.resolve(FILE).toFile();
    if (!file.exists()) {
      throw new ModelFileException(file + ": no such file; train one with train reward");
    }
    try {
      return new EncoderReward(encoder, ModelSerializer.restoreComputationGraph(file, false));
    } catch (IOException | RuntimeException e) {
      throw new ModelFileException(
          file + ": not a reward model's network: " + e.getMessage() + "; train it again", e);
    }
  }

  /** Writes the head; the encoder comes with its library. */
  public void write(Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(FILE), out -> ModelSerializer.writeModel(head, out, false));
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    if (prompts.size() != completions.size()) {
      throw new IllegalArgumentException(
          prompts.size() + " prompts for " + completions.size() + " completions");
    }
    double[] out = new double[prompts.size()];
    for (int from = 0; from < out.length; from += BATCH) {
      int to = Math.min(out.length, from + BATCH);
      double[] scores =
          scores(
              encoder.encode(prompts.subList(from, to), End.LAST),
              encoder.encode(completions.subList(from, to), End.FIRST));
      System.arraycopy(scores, 0, out, from, scores.length);
    }
    return out;
  }

  private double[] scores(List<float[][]> prompts, List<float[][]> completions) {
    TokenStates prompt = TokenStates.of(prompts);
    TokenStates completion = TokenStates.of(completions);
    INDArray[] masks = {prompt.mask(), completion.mask()};
    INDArray[] inputs = {prompt.values(), completion.values()};
    INDArray[] output = head.output(false, inputs, masks);
    return output[0].toDoubleVector();
  }
}
