package org.align4j.reward.spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.reward.ComposedReward;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.reward.WeightedReward;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.hub.ModelResolver;
import org.align4j.reward.RewardModel;
import org.align4j.reward.Rewards;
import org.align4j.reward.teacher.LocalTeacher;
import org.align4j.reward.teacher.RefusalAgreement;
import org.align4j.reward.teacher.TeacherLikelihood;

/** The rewards of a run and the models that they need. */
public final class OpenRewards implements AutoCloseable {
  /** How an answer begins tells whether it refuses. */
  private static final int TEACHER_TOKENS = 128;

  private final PolicyModel student;
  private final String systemPrompt;
  private final Progress.Factory progress;
  private final List<WeightedReward.Term> terms = new ArrayList<>();
  private final List<RewardModel> rewardModels = new ArrayList<>();
  private final Map<String, PolicyModel> teachers = new HashMap<>();

  /**
   * No rewards yet.
   *
   * @param student the model that is trained, before its training begins
   * @param systemPrompt under which teachers read prompts; empty = their template's own
   */
  OpenRewards(PolicyModel student, String systemPrompt, Progress.Factory progress) {
    this.student = student;
    this.systemPrompt = systemPrompt;
    this.progress = progress;
  }

  /** Adds a reward to the sum. */
  void add(double weight, RewardFunction reward) {
    terms.add(new WeightedReward.Term(weight, reward));
  }

  /** {@return the weighted sum of all} */
  public ComposedReward sum() {
    return WeightedReward.sum(terms.toArray(WeightedReward.Term[]::new));
  }

  /** How likely a model finds a completion. */
  TeacherLikelihood likelihood(String model) {
    TeacherLikelihood reward =
        model.equals(RewardSpecs.SELF)
            ? TeacherLikelihood.ofItself(student)
            : Rewards.likelihood(teacher(model));
    return reward.withSystemPrompt(systemPrompt);
  }

  /** Refusing where a model refuses; it answers all prompts here, before training changes it. */
  RefusalAgreement agreement(String model, List<String> prompts) {
    PolicyModel asked = model.equals(RewardSpecs.SELF) ? student : teacher(model);
    return Rewards.agreement(LocalTeacher.greedy(asked, systemPrompt, TEACHER_TOKENS)).ask(prompts);
  }

  private PolicyModel teacher(String name) {
    return teachers.computeIfAbsent(
        name,
        key -> {
          Path path = new ModelResolver(progress).resolve(key);
          PolicyModel loaded = PolicyModel.load(path, student.transformer().backend());
          loaded.transformer().freeze();
          return loaded;
        });
  }

  /** A reward model of either kind. */
  RewardModel rewardModel(Path folder) {
    RewardModel loaded = RewardModel.load(folder, student.transformer().backend());
    rewardModels.add(loaded);
    return loaded;
  }

  @Override
  public void close() {
    rewardModels.forEach(RewardModel::close);
    teachers.values().forEach(PolicyModel::close);
  }
}
