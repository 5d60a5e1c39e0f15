package org.align4j.core.refusal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Two logistic regressions on {@link AnswerFeatures}: does an answer decline at all, and if so,
 * only in part? {@code weights.tsv} holds them, one feature a line with its two weights, the biases
 * last.
 *
 * @param declines weights of declining, the bias last
 * @param partly weights of declining only in part, the bias last
 */
record RefusalModel(double[] declines, double[] partly) {
  private static final String RESOURCE = "weights.tsv";
  static final String BIAS = "bias";

  /** What people would call an answer. */
  enum Label {
    COMPLIANCE,
    PARTIAL,
    REFUSAL
  }

  /** The likelier of compliance and declining; of a refusal and a partial one. */
  Label label(double[] features) {
    if (score(declines, features) <= 0) {
      return Label.COMPLIANCE;
    }
    return score(partly, features) > 0 ? Label.PARTIAL : Label.REFUSAL;
  }

  private static double score(double[] weights, double[] features) {
    double sum = weights[features.length];
    for (int i = 0; i < features.length; i++) {
      sum += weights[i] * features[i];
    }
    return sum;
  }

  /** Reads the library's own weights. */
  static RefusalModel load() {
    try (InputStream in = RefusalModel.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + RESOURCE + " is missing");
      }
      return parse(
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RefusalModel parse(List<String> lines) {
    List<String> names = AnswerFeatures.names();
    if (lines.size() != names.size() + 1) {
      throw new IllegalStateException(
          RESOURCE
              + " has "
              + lines.size()
              + " lines for "
              + names.size()
              + " features and a bias");
    }
    double[] declines = new double[lines.size()];
    double[] partly = new double[lines.size()];
    for (int i = 0; i < lines.size(); i++) {
      String[] fields = lines.get(i).split("\t");
      String name = i < names.size() ? names.get(i) : BIAS;
      if (fields.length != 3 || !fields[0].equals(name)) {
        throw new IllegalStateException(
            RESOURCE + ":" + (i + 1) + ": expected \"" + name + "\" and two weights");
      }
      declines[i] = Double.parseDouble(fields[1]);
      partly[i] = Double.parseDouble(fields[2]);
    }
    return new RefusalModel(declines, partly);
  }
}
