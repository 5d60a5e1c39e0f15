package org.align4j.reward.spec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.PromptFile;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.reward.Rewards;
import org.align4j.reward.teacher.RecordedTeacher;

/**
 * Rewards by their names in text, such as a command line's or a configuration file's. {@link
 * #parse} checks the names, {@link #open} loads the models behind them.
 */
public final class RewardSpecs {
  /** The specs in one sentence each, for messages and help. */
  public static final String HELP =
      "refusal (data rows say harmful: true/false), length:WORDS, regex:PATTERN, format:PATTERN,"
          + " likelihood:MODEL or likelihood-sum:MODEL (how likely a teacher finds the answer),"
          + " agreement:MODEL or agreement:FILE (to refuse where a teacher or recorded answers"
          + " do), or the folder of a reward model; repeatable. MODEL is a folder, a GGUF file,"
          + " a Hugging Face id, smollm2, or self: the model as training starts.";

  static final String SELF = "self";

  private static final String LIKELIHOOD = "likelihood";
  private static final String LIKELIHOOD_SUM = "likelihood-sum";
  private static final String AGREEMENT = "agreement";
  private static final Set<String> WITH_VALUE =
      Set.of("length", "regex", "format", LIKELIHOOD, LIKELIHOOD_SUM, AGREEMENT);
  private static final List<String> RECORDED = List.of(".jsonl", ".json", ".csv");

  private final List<Spec> specs;

  /**
   * One reward.
   *
   * @param kind what stands before the colon, or the whole
   * @param value what stands after it, or empty
   */
  private record Spec(String kind, String value, double weight, Source source) {
    String name() {
      Path path = Path.of(kind).getFileName();
      return path == null ? kind : path.toString();
    }

    boolean asksModel() {
      return kind.startsWith(LIKELIHOOD) || (kind.equals(AGREEMENT) && !recorded(value));
    }
  }

  /** Makes a reward function once the models are there. */
  @FunctionalInterface
  private interface Source {
    RewardFunction open(OpenRewards models);
  }

  private RewardSpecs(List<Spec> specs) {
    this.specs = List.copyOf(specs);
  }

  /**
   * Checks specs and reads what needs no model.
   *
   * @param specs such as {@code length:40}, at least one
   * @param weights one a spec, or none for equal ones
   * @param data where {@code refusal} finds which prompts are harmful
   * @return the rewards that {@link #open} makes
   * @throws ConfigurationException names the spec and what is expected
   */
  public static RewardSpecs parse(List<String> specs, List<Double> weights, PromptFile data) {
    return parse(specs, weights, data, Rewards::refusal);
  }

  /**
   * The same with another refusal reward.
   *
   * @param specs such as {@code length:40}, at least one
   * @param weights one a spec, or none for equal ones
   * @param data where {@code refusal} finds which prompts are harmful
   * @param refusal what {@code refusal} stands for, made from whether a prompt is harmful
   * @return the rewards that {@link #open} makes
   * @throws ConfigurationException names the spec and what is expected
   */
  public static RewardSpecs parse(
      List<String> specs,
      List<Double> weights,
      PromptFile data,
      Function<Predicate<String>, RewardFunction> refusal) {
    if (!weights.isEmpty() && weights.size() != specs.size()) {
      throw new ConfigurationException(
          "reward_weights has " + weights.size() + " values for " + specs.size() + " rewards");
    }
    List<Spec> out = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      out.add(spec(specs.get(i), weights.isEmpty() ? 1 : weights.get(i), data, refusal));
    }
    List<String> names = out.stream().map(Spec::name).toList();
    if (Set.copyOf(names).size() < names.size()) {
      throw new ConfigurationException("reward names must differ: " + names);
    }
    return new RewardSpecs(out);
  }

  private static Spec spec(
      String spec,
      double weight,
      PromptFile data,
      Function<Predicate<String>, RewardFunction> refusal) {
    int colon = spec.indexOf(':');
    String kind = colon > 0 ? spec.substring(0, colon) : spec;
    String value = colon > 0 ? spec.substring(colon + 1) : "";
    if (value.isEmpty() && WITH_VALUE.contains(kind)) {
      throw new ConfigurationException(
          "reward \"" + spec + "\" lacks what comes after the colon; expected " + HELP);
    }
    return new Spec(kind, value, weight, source(spec, kind, value, data, refusal));
  }

  private static Source source(
      String spec,
      String kind,
      String value,
      PromptFile data,
      Function<Predicate<String>, RewardFunction> refusal) {
    return switch (kind) {
      case "refusal" ->
          rule(refusal.apply(PromptLabels.read(data, "the refusal reward").harmful()::contains));
      case "length" -> rule(Rewards.length(words(spec, value)));
      case "regex" -> rule(Rewards.matches(Pattern.compile(value)));
      case "format" -> rule(Rewards.format(Pattern.compile(value, Pattern.DOTALL)));
      case LIKELIHOOD -> models -> models.likelihood(value);
      case LIKELIHOOD_SUM -> models -> models.likelihood(value).summed();
      case AGREEMENT ->
          recorded(value)
              ? rule(Rewards.agreement(new RecordedTeacher(existing(spec, value))).ask(data.read()))
              : models -> models.agreement(value, data.read());
      default -> rewardModel(folder(spec));
    };
  }

  private static Source rule(RewardFunction rule) {
    return models -> rule;
  }

  private static Source rewardModel(Path folder) {
    return models -> models.rewardModel(folder);
  }

  private static boolean recorded(String value) {
    return RECORDED.stream().anyMatch(value::endsWith) && !Files.isDirectory(Path.of(value));
  }

  private static Path existing(String spec, String file) {
    if (!Files.exists(Path.of(file))) {
      throw new ConfigurationException("reward \"" + spec + "\": " + file + ": no such file");
    }
    return Path.of(file);
  }

  private static int words(String spec, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new ConfigurationException(
          "reward \"" + spec + "\" needs a number of words, as in length:40", e);
    }
  }

  private static Path folder(String spec) {
    if (!Files.isDirectory(Path.of(spec))) {
      throw new ConfigurationException(
          "reward \"" + spec + "\" is neither a folder nor known; expected " + HELP);
    }
    return Path.of(spec);
  }

  /** {@return whether a model is asked, so that a system prompt for it has an effect} */
  public boolean askModels() {
    return specs.stream().anyMatch(Spec::asksModel);
  }

  /**
   * {@return whether the model that is trained scores its own completions as it was before
   * training}
   */
  public boolean needReference() {
    return specs.stream()
        .anyMatch(spec -> spec.kind().startsWith(LIKELIHOOD) && spec.value().equals(SELF));
  }

  /**
   * Loads the models.
   *
   * @param student the model that is trained, before its training begins
   * @param systemPrompt under which teachers read prompts; empty = their template's own
   * @param progress shows downloads
   * @return the rewards with their models; the caller closes them
   */
  public OpenRewards open(PolicyModel student, String systemPrompt, Progress.Factory progress) {
    OpenRewards models = new OpenRewards(student, systemPrompt, progress);
    try {
      for (Spec spec : specs) {
        models.add(spec.weight(), spec.source().open(models).named(spec.name()));
      }
      return models;
    } catch (RuntimeException e) {
      models.close();
      throw e;
    }
  }
}
