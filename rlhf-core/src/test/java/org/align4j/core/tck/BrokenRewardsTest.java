package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.reward.RewardFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The contracts of rewards and teachers find what is wrong with broken ones. */
class BrokenRewardsTest {
  private int calls;

  private static RewardContract contract(RewardFunction reward) {
    return new RewardContract() {
      @Override
      protected RewardFunction reward() {
        return reward;
      }
    };
  }

  private static TeacherContract contract(Teacher teacher) {
    return new TeacherContract() {
      @Override
      protected Teacher teacher() {
        return teacher;
      }
    };
  }

  private static void fails(ThrowingCallable test) {
    assertThatThrownBy(test).isInstanceOf(AssertionError.class);
  }

  @Test
  void aMissingRewardIsFound() {
    fails(contract((RewardFunction) (p, c) -> new double[1])::everyCompletionGetsAFiniteNumber);
  }

  @Test
  void aRewardThatIsNotANumberIsFound() {
    RewardFunction meanLength = (p, c) -> c.stream().mapToDouble(x -> 0.0 / x.length()).toArray();
    fails(contract(meanLength)::everyCompletionGetsAFiniteNumber);
  }

  @Test
  void aRewardThatChangesIsFound() {
    RewardFunction counting = (p, c) -> c.stream().mapToDouble(x -> ++calls).toArray();
    fails(contract(counting)::sameCompletionsGetTheSameRewards);
  }

  @Test
  void aRewardByPlaceIsFound() {
    RewardFunction first =
        (p, c) -> {
          double[] out = new double[c.size()];
          out[0] = 1;
          return out;
        };
    fails(contract(first)::orderDoesNotMatter);
    fails(contract(first)::aCompletionAloneGetsWhatItGetsAmongOthers);
  }

  @Test
  void aRewardThatTakesUnequalNumbersIsFound() {
    RewardFunction length = (p, c) -> c.stream().mapToDouble(String::length).toArray();
    fails(contract(length)::unequalNumbersAreRefused);
  }

  @Test
  void aTeacherThatLeavesPromptsOutIsFound() {
    Teacher distinct = prompts -> prompts.stream().distinct().toList();
    fails(contract(distinct)::repeatedPromptsAreAnsweredEachTime);
  }

  @Test
  void aTeacherOutOfOrderIsFound() {
    Teacher sorted =
        prompts -> {
          List<String> out = new ArrayList<>(prompts);
          Collections.sort(out);
          return out;
        };
    fails(contract(sorted)::answersComeInThePromptsOrder);
  }

  @Test
  void aTeacherThatSaysTheSameToEverybodyIsFound() {
    Teacher deaf = prompts -> Collections.nCopies(prompts.size(), "Yes.");
    fails(contract(deaf)::answersComeInThePromptsOrder);
  }
}
