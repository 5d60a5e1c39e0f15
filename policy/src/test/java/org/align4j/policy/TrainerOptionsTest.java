package org.align4j.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import org.junit.jupiter.api.Test;

class TrainerOptionsTest {
  private final TrainerOptions<String> options = new TrainerOptions<>("dpo", 1e-6);

  @Test
  void whatIsNotSaidHasItsDefault() {
    TrainingSetup<String> setup = options.setup(false);
    assertThat(setup.name()).isEqualTo("dpo");
    assertThat(setup.config()).isEqualTo(TrainingConfig.defaults(1e-6));
    assertThat(setup.context().output()).isEqualTo(Path.of("runs", "dpo"));
    assertThat(setup.context().listeners()).isEmpty();
    assertThat(setup.context().cancellation().isCancelled()).isFalse();
    assertThat(setup.wrapStrings()).isTrue();
    assertThat(setup.heldOut()).isEmpty();
    assertThat(setup.evaluation()).isNull();
    assertThat(setup.nextToken()).isEmpty();
    assertThat(setup.resume()).isFalse();
    assertThat(options.setup(true).resume()).isTrue();
  }

  /** The limit of 1024 tokens keeps a completion's start. */
  @Test
  void rowsAreCutByDefault() {
    LengthPolicy lengths = options.setup(false).lengths();
    int[] prompt = new int[1000];
    int[] completion = new int[30];
    completion[23] = 5;
    int[][] cut = lengths.apply("row", prompt, completion).orElseThrow();
    assertThat(cut[0]).hasSize(1000);
    assertThat(cut[1]).hasSize(24).endsWith(5);
    assertThat(lengths.truncated()).isOne();
  }

  @Test
  void theFolderFollowsTheNameUnlessItIsSaid() {
    options.name("mine");
    assertThat(options.setup(false).context().output()).isEqualTo(Path.of("runs", "mine"));
    options.output(Path.of("elsewhere"));
    options.name("other");
    assertThat(options.setup(false).context().output()).isEqualTo(Path.of("elsewhere"));
    assertThat(options.setup(false).name()).isEqualTo("other");
  }

  @Test
  void changesOfTheConfigurationKeepTheRest() {
    options.config(config -> config.maxSteps(7));
    options.config(config -> config.batchSize(3));
    TrainingConfig config = options.setup(false).config();
    assertThat(config)
        .isEqualTo(TrainingConfig.builder(1e-6).maxSteps(7).batchSize(3).build())
        .isNotEqualTo(TrainingConfig.defaults(1e-6));
    options.config(TrainingConfig.defaults(0.5));
    assertThat(options.setup(false).config()).isEqualTo(TrainingConfig.defaults(0.5));
  }

  @Test
  void whatIsSaidIsInTheSetup() {
    TrainingListener first = new TrainingListener() {};
    TrainingListener second = new TrainingListener() {};
    LengthPolicy lengths = new LengthPolicy(8, LengthPolicy.Mode.DROP);
    CancellationToken token = new CancellationToken();
    List<String> heldOut = new ArrayList<>(List.of("row"));
    options.listen(List.of(first));
    options.listen(List.of(second));
    options.lengths(lengths);
    options.cancellation(token);
    options.wrapStrings(false);
    options.heldOut(heldOut);
    options.evaluation(() -> Map.of("eval_x", 2.0));
    heldOut.clear();
    TrainingSetup<String> setup = options.setup(false);
    assertThat(setup.context().listeners()).containsExactly(first, second);
    assertThat(setup.lengths()).isSameAs(lengths);
    assertThat(setup.context().cancellation()).isSameAs(token);
    assertThat(setup.wrapStrings()).isFalse();
    assertThat(setup.heldOut()).containsExactly("row");
    assertThat(setup.evaluation().get()).containsEntry("eval_x", 2.0);
  }

  @Test
  void ofEachKindOfRowsTheLastOnesCountWhateverTheirOrder() {
    NextTokenRows targets = (model, tokenization, config) -> null;
    NextTokenRows older = (model, tokenization, config) -> null;
    NextTokenRows newer = (model, tokenization, config) -> null;
    options.nextToken(NextTokenRows.SOFT_TARGET, targets);
    options.nextToken(NextTokenRows.RETENTION, older);
    options.nextToken(NextTokenRows.RETENTION, newer);
    assertThat(options.setup(false).nextToken()).containsExactly(newer, targets);
  }

  @Test
  void aSetupDoesNotChangeLater() {
    TrainingSetup<String> before = options.setup(false);
    options.name("other");
    options.listen(List.of(new TrainingListener() {}));
    options.nextToken(NextTokenRows.RETENTION, (model, tokenization, config) -> null);
    assertThat(before.name()).isEqualTo("dpo");
    assertThat(before.context().listeners()).isEmpty();
    assertThat(before.nextToken()).isEmpty();
  }
}
