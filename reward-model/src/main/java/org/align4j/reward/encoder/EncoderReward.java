package org.align4j.reward.encoder;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.format.ModelFileException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A reward model on a frozen sentence encoder: trained in seconds, scores a text in milliseconds.
 */
public final class EncoderReward implements RewardFunction {
  private static final String FILE = "encoder-reward.zip";

  private final PairFeatures features;
  private final MultiLayerNetwork head;

  EncoderReward(PairFeatures features, MultiLayerNetwork head) {
    this.features = features;
    this.head = head;
  }

  /** Whether a folder holds one. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /** Reads what {@link #write} wrote. */
  public static EncoderReward load(Path folder, SentenceEncoder encoder) {
    File file = folder.resolve(FILE).toFile();
    if (!file.exists()) {
      throw new ModelFileException(file + ": no such file; train one with train reward");
    }
    try {
      MultiLayerNetwork head = ModelSerializer.restoreMultiLayerNetwork(file, false);
      PairFeatures features = new PairFeatures(encoder);
      if (head.layerInputSize(0) != features.size()) {
        throw new ModelFileException(
            file
                + ": its head reads "
                + head.layerInputSize(0)
                + " features, the encoder gives "
                + features.size());
      }
      return new EncoderReward(features, head);
    } catch (IOException e) {
      throw new ModelFileException(file + ": cannot be read: " + e.getMessage(), e);
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
    if (prompts.isEmpty()) {
      return new double[0];
    }
    INDArray scores = head.output(features.of(prompts, completions));
    double[] out = new double[prompts.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = scores.getDouble(i, 0);
    }
    return out;
  }
}
