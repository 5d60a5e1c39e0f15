package org.align4j.reward;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.reward.RewardFunction;
import org.align4j.reward.encoder.MiniLmEncoder;
import org.align4j.reward.encoder.RewardHead;
import org.align4j.reward.encoder.TokenEncoder;
import org.align4j.reward.encoder.TokenEncoder.End;

/**
 * A reward model on a frozen encoder: it is trained in a minute and scores a text in milliseconds.
 */
public final class EncoderReward implements RewardModel {
  private static final String FILE = "encoder-reward.zip";
  private static final int BATCH = 64;

  private final TokenEncoder encoder;
  private final boolean ownsEncoder;
  private final RewardHead head;

  EncoderReward(TokenEncoder encoder, boolean ownsEncoder, RewardHead head) {
    this.encoder = encoder;
    this.ownsEncoder = ownsEncoder;
    this.head = head;
  }

  /**
   * {@return whether a folder holds one}
   *
   * @param folder that may hold anything
   */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * Reads what {@link #save} wrote, with an encoder of its own.
   *
   * @param folder that {@link #save} wrote to
   * @return the model; the caller closes it
   */
  public static EncoderReward load(Path folder) {
    RewardHead head = RewardHead.read(folder.resolve(FILE));
    return new EncoderReward(new MiniLmEncoder(), true, head);
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @param folder that {@link #save} wrote to
   * @param encoder that the head was trained on; the caller closes it after this model
   * @return the model; the caller closes it
   */
  public static EncoderReward load(Path folder, TokenEncoder encoder) {
    return new EncoderReward(encoder, false, RewardHead.read(folder.resolve(FILE)));
  }

  /** Writes the head; the encoder comes with its library. */
  @Override
  public void save(Path folder) throws IOException {
    head.write(folder.resolve(FILE));
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    RewardFunction.requirePaired(prompts, completions);
    double[] out = new double[prompts.size()];
    for (int from = 0; from < out.length; from += BATCH) {
      int to = Math.min(out.length, from + BATCH);
      double[] scores =
          head.scores(
              encoder.encode(prompts.subList(from, to), End.LAST),
              encoder.encode(completions.subList(from, to), End.FIRST));
      System.arraycopy(scores, 0, out, from, scores.length);
    }
    return out;
  }

  /** Closes the head, and the encoder if this model made it. */
  @Override
  public void close() {
    head.close();
    if (ownsEncoder) {
      encoder.close();
    }
  }
}
