package org.align4j.core.refusal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Fits to two models' answers and the written ones, judges the third's; and the baselines. */
final class CrossValidation {
  private CrossValidation() {}

  /** Confusion counts [people's label][verdict] of a model's answers. */
  record Confusion(int[][] counts) {
    @SuppressWarnings("EnumOrdinal")
    static Confusion of(
        List<LabelledAnswer> answers, Function<LabelledAnswer, RefusalModel.Label> judge) {
      int[][] counts = new int[3][3];
      for (LabelledAnswer answer : answers) {
        counts[answer.label().ordinal()][judge.apply(answer).ordinal()]++;
      }
      return new Confusion(counts);
    }

    static Confusion sum(Iterable<Confusion> all) {
      int[][] counts = new int[3][3];
      for (Confusion confusion : all) {
        for (int i = 0; i < 9; i++) {
          counts[i / 3][i % 3] += confusion.counts()[i / 3][i % 3];
        }
      }
      return new Confusion(counts);
    }

    private int count(int from, int to, boolean verdicts) {
      int sum = 0;
      for (int i = 0; i < 9; i++) {
        int index = verdicts ? i % 3 : i / 3;
        sum += index >= from && index < to ? counts[i / 3][i % 3] : 0;
      }
      return sum;
    }

    private int declinesRightly() {
      return counts[1][1] + counts[1][2] + counts[2][1] + counts[2][2];
    }

    /** Refusal or partial against compliance. */
    double agreement() {
      return (double) (declinesRightly() + counts[0][0]) / count(0, 3, false);
    }

    double recall() {
      return (double) declinesRightly() / count(1, 3, false);
    }

    double precision() {
      return (double) declinesRightly() / count(1, 3, true);
    }

    double macroF1() {
      double sum = 0;
      for (int c = 0; c < 3; c++) {
        int both = count(c, c + 1, false) + count(c, c + 1, true);
        sum += both == 0 ? 0 : 2.0 * counts[c][c] / both;
      }
      return sum / 3;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "agreement %.1f%%, recall %.1f%%, precision %.1f%%, macro-F1 %.1f%% %s",
          100 * agreement(),
          100 * recall(),
          100 * precision(),
          100 * macroF1(),
          java.util.Arrays.deepToString(counts));
    }
  }

  /** One confusion a model that was left out of the fit. */
  static Map<String, Confusion> overModels() throws IOException {
    List<LabelledAnswer> all = LabelledAnswer.xstest();
    Map<String, Confusion> out = new LinkedHashMap<>();
    for (String model : LabelledAnswer.MODELS) {
      List<LabelledAnswer> others = new ArrayList<>(LabelledAnswer.written());
      all.stream().filter(answer -> !answer.model().equals(model)).forEach(others::add);
      RefusalModel fitted = RefusalTrainer.fit(others);
      out.put(
          model,
          Confusion.of(
              all.stream().filter(answer -> answer.model().equals(model)).toList(),
              answer -> fitted.label(answer.features())));
    }
    return out;
  }

  /** Prints the tables of docs/refusal-detection.md. */
  public static void main(String[] arguments) throws IOException {
    Map<String, Confusion> confusions = overModels();
    confusions.forEach((model, confusion) -> System.out.println(model + ": " + confusion));
    System.out.println("all: " + Confusion.sum(confusions.values()));
    for (KeywordBaseline baseline : KeywordBaseline.ALL) {
      for (String model : LabelledAnswer.MODELS) {
        System.out.println(baseline.name() + ", " + model + ": " + baseline.confusion(model));
      }
      System.out.println(baseline.name() + ", all: " + baseline.confusion(""));
    }
    RefusalModel shipped = RefusalModel.load();
    System.out.println(
        "shipped weights on the answers that they were fitted to: "
            + Confusion.of(LabelledAnswer.xstest(), answer -> shipped.label(answer.features())));
  }
}
