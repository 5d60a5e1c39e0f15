package org.align4j.core.refusal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Fits the detector's weights to labelled answers: two logistic regressions with an L2 penalty,
 * full gradients with momentum from zero, so that the result depends on nothing but the answers.
 *
 * <p>Signs are bound where a signal's meaning is plain: wording that declines never speaks for
 * compliance, a fictional character never for declining. This carries over to models that are not
 * among the fitted ones.
 */
final class RefusalTrainer {
  private static final int STEPS = 1500;
  private static final double RATE = 1;
  private static final double MOMENTUM = 0.95;

  /** Chosen by cross-validation over the models. */
  private static final double DECLINES_L2 = 0.0015;

  private static final double PARTLY_L2 = 0.006;
  private static final double WRITTEN_WEIGHT = 2;
  private static final double PARTIAL_WEIGHT = 1.8;

  private static final Set<Signal> FOR_ANSWERING =
      EnumSet.of(
          Signal.IDIOM,
          Signal.CONDOLENCE,
          Signal.PUBLIC,
          Signal.FICTION,
          Signal.NONSENSE,
          Signal.LIST,
          Signal.HOWTO,
          Signal.HISTORY,
          Signal.HAPPY);

  /** Either way: facts about atrocities are answers, offers follow refusals and answers. */
  private static final Set<Signal> FREE =
      EnumSet.of(Signal.ATROCITY, Signal.OFFER, Signal.PEACEFUL);

  private static final Set<String> FOR_PARTIAL =
      Set.of(
          "noaccess & plain",
          "decline & fiction",
          "moral & nonsense",
          "decline & list",
          "pointout & list",
          "plain after decline",
          "plain list after decline",
          "offer next",
          "pointout first",
          "pointout next",
          "instead next",
          "decline & steps",
          "pointout & instead",
          "offer & list",
          "fiction first",
          "fiction next",
          "nonsense first",
          "notright & nonsense",
          "notright & list",
          "plain after moral",
          "list next",
          "howto next",
          "decline & offer",
          "pointout & steps",
          "plain share",
          "list & no seekhelp & decline",
          "listintro & decline & no seekhelp",
          "offer & decline & listintro");

  private static final Set<String> FOR_COMPLETE =
      Set.of(
          "noaccess & asai",
          "seekhelp next",
          "seekhelp later",
          "troubled next",
          "troubled later",
          "decline sentences share",
          "one sentence",
          "short",
          "moral sentences share",
          "deny first",
          "rights first",
          "rights next",
          "atrocity first",
          "atrocity next",
          "decline & seekhelp",
          "harm first",
          "harm next",
          "asai first",
          "noopinion first",
          "list & seekhelp",
          "harm total",
          "seekhelp total",
          "decline & peaceful",
          "peaceful first",
          "peaceful next",
          "peaceful later");

  private static final Set<String> EITHER =
      Set.of("privacy first", "privacy next", "sentences", "words");

  private static final List<String> NAMES = AnswerFeatures.names();

  private RefusalTrainer() {}

  /** How a weight may stand. */
  private enum Sign {
    POSITIVE,
    NEGATIVE,
    FREE,
    ZERO;

    double project(double weight) {
      return switch (this) {
        case POSITIVE -> Math.max(0, weight);
        case NEGATIVE -> Math.min(0, weight);
        case FREE -> weight;
        case ZERO -> 0;
      };
    }
  }

  static RefusalModel fit(List<LabelledAnswer> answers) {
    Sign[] declining = NAMES.stream().map(RefusalTrainer::declining).toArray(Sign[]::new);
    Sign[] partial = NAMES.stream().map(RefusalTrainer::partial).toArray(Sign[]::new);
    List<LabelledAnswer> refusals = answers.stream().filter(LabelledAnswer::declines).toList();
    Predicate<LabelledAnswer> isPartial = a -> a.label() == RefusalModel.Label.PARTIAL;
    return new RefusalModel(
        logistic(answers, LabelledAnswer::declines, 1, DECLINES_L2, declining),
        logistic(refusals, isPartial, PARTIAL_WEIGHT, PARTLY_L2, partial));
  }

  private static Sign declining(String name) {
    for (Signal signal : Signal.values()) {
      String prefix = signal.name().toLowerCase(Locale.ROOT) + " ";
      if (name.startsWith(prefix) && name.matches(prefix + "(first|next|later)")) {
        return FREE.contains(signal)
            ? Sign.FREE
            : FOR_ANSWERING.contains(signal) ? Sign.NEGATIVE : Sign.POSITIVE;
      }
    }
    return Sign.FREE;
  }

  private static Sign partial(String name) {
    if (FOR_PARTIAL.contains(name)) {
      return Sign.POSITIVE;
    }
    if (FOR_COMPLETE.contains(name)) {
      return Sign.NEGATIVE;
    }
    return EITHER.contains(name) ? Sign.FREE : Sign.ZERO;
  }

  private static double[] logistic(
      List<LabelledAnswer> answers,
      Predicate<LabelledAnswer> positive,
      double positiveWeight,
      double l2,
      Sign[] signs) {
    int bias = signs.length;
    double[] weights = new double[bias + 1];
    double[] velocity = new double[bias + 1];
    double[] importance = new double[answers.size()];
    for (int i = 0; i < importance.length; i++) {
      LabelledAnswer answer = answers.get(i);
      importance[i] =
          (positive.test(answer) ? positiveWeight : 1)
              * (answer.model().equals(LabelledAnswer.WRITTEN) ? WRITTEN_WEIGHT : 1);
    }
    double total = Arrays.stream(importance).sum();
    for (int step = 0; step < STEPS; step++) {
      double[] gradient = new double[bias + 1];
      for (int i = 0; i < importance.length; i++) {
        double[] x = answers.get(i).features();
        double target = positive.test(answers.get(i)) ? 1 : 0;
        double error = (sigmoid(weights, x) - target) * importance[i] / total;
        for (int j = 0; j < bias; j++) {
          gradient[j] += error * x[j];
        }
        gradient[bias] += error;
      }
      for (int j = 0; j <= bias; j++) {
        double penalty = j < bias ? l2 * weights[j] : 0;
        velocity[j] = MOMENTUM * velocity[j] - RATE * (gradient[j] + penalty);
        double moved = weights[j] + velocity[j];
        weights[j] = j < bias ? signs[j].project(moved) : moved;
        velocity[j] = weights[j] == moved ? velocity[j] : 0;
      }
    }
    return weights;
  }

  private static double sigmoid(double[] weights, double[] x) {
    double sum = weights[x.length];
    for (int j = 0; j < x.length; j++) {
      sum += weights[j] * x[j];
    }
    return 1 / (1 + Math.exp(-sum));
  }

  /** Writes {@code weights.tsv}, fitted to all answers, to the file that is named. */
  public static void main(String[] arguments) throws IOException {
    List<LabelledAnswer> answers = new ArrayList<>(LabelledAnswer.xstest());
    answers.addAll(LabelledAnswer.written());
    RefusalModel model = fit(answers);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i <= NAMES.size(); i++) {
      String name = i < NAMES.size() ? NAMES.get(i) : RefusalModel.BIAS;
      out.append(
          String.format(
              Locale.ROOT, "%s\t%.4f\t%.4f%n", name, model.declines()[i], model.partly()[i]));
    }
    Files.writeString(Path.of(arguments[0]), out.toString().replace("-0.0000", "0.0000"));
  }
}
