package org.align4j.policy.task;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.model.WeightsFingerprint;
import org.align4j.policy.text.TokenizedPair;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reference log-probs on disk, found again by what they depend on: the model's weights, how it
 * computes, and the pairs' tokens. Whatever changes makes another name, so nothing stale is read.
 */
public final class ReferenceCache {
  private static final Logger LOG = LoggerFactory.getLogger(ReferenceCache.class);
  private static final int FORMAT = 0x41344a31;

  private final Path folder;
  private final String model;

  /**
   * A cache.
   *
   * @param folder where files are; made when one is written
   * @param model what identifies the reference, such as {@link WeightsFingerprint} and its mode
   */
  public ReferenceCache(Path folder, String model) {
    this.folder = folder;
    this.model = model;
  }

  /** The file for these pairs, in this order. */
  Path file(List<TokenizedPair> pairs) {
    MessageDigest digest = WeightsFingerprint.sha256();
    digest.update(model.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    for (TokenizedPair pair : pairs) {
      for (int[] ids : List.of(pair.prompt(), pair.chosen(), pair.rejected())) {
        WeightsFingerprint.update(digest, ids);
      }
    }
    return folder.resolve(HexFormat.of().formatHex(digest.digest()) + ".logps");
  }

  /** Chosen and rejected log-probs of each pair, or null when they are not there. */
  List<double[][]> read(List<TokenizedPair> pairs) {
    Path file = file(pairs);
    if (!Files.exists(file)) {
      return null;
    }
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != FORMAT) {
        throw new IOException("is no file of reference log-probs");
      }
      List<double[][]> out = new ArrayList<>(pairs.size());
      for (TokenizedPair pair : pairs) {
        out.add(new double[][] {doubles(in, pair.chosen()), doubles(in, pair.rejected())});
      }
      LOG.info("reference log-probs from {}", file);
      return out;
    } catch (IOException e) {
      LOG.warn("{} cannot be used and will be written anew: {}", file, e.toString());
      return null;
    }
  }

  private static double[] doubles(DataInputStream in, int[] tokens) throws IOException {
    double[] out = new double[tokens.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = in.readDouble();
    }
    return out;
  }

  /** Keeps what {@link #read} will give. */
  void write(List<TokenizedPair> pairs, List<double[][]> logProbs) throws IOException {
    AtomicFiles.write(
        file(pairs),
        stream -> {
          DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream));
          out.writeInt(FORMAT);
          for (double[][] pair : logProbs) {
            for (double[] completion : pair) {
              for (double logProb : completion) {
                out.writeDouble(logProb);
              }
            }
          }
          out.flush();
        });
  }
}
