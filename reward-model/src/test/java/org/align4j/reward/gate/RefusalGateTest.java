package org.align4j.reward.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.DataException;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.tck.RandomWeights;
import org.align4j.policy.tck.TinyChatModel;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a tiny model with random weights, whose states tell letters apart. */
class RefusalGateTest {
  private static final GateRequests REQUESTS =
      new GateRequests(words("uvwxyz", 40, 1), words("abcdef", 40, 2), words("ghijkl", 40, 3));
  private static final GateConfig WEAK = GateConfig.defaults().withPenalty(1);

  @TempDir Path folder;
  private ChatModel model;

  @BeforeEach
  void load() throws IOException {
    TinyChatModel.create(folder.resolve("model"), 1).close();
    model = ChatModel.load(folder.resolve("model").toString());
  }

  @AfterEach
  void close() {
    model.close();
  }

  /** Texts of 3 to 12 letters. */
  private static List<String> words(String letters, int count, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              StringBuilder out = new StringBuilder();
              int length = 3 + random.nextInt(10);
              for (int c = 0; c < length; c++) {
                out.append(letters.charAt(random.nextInt(letters.length())));
              }
              return out.toString();
            })
        .toList();
  }

  private GateFit fit(GateConfig config) {
    GateRequests.Split split = REQUESTS.split(5);
    return GateTrainer.fit(model, split.fitted(), split.heldOut(), config, Progress.SILENT);
  }

  @Test
  void unseenRequestsAreToldApart() {
    GateFit fit = fit(WEAK.withHarmfulRate(0.9));
    assertThat(fit.rows()).isEqualTo(96);
    assertThat(fit.refused().get("harmful").n()).isEqualTo(8);
    assertThat(fit.refused().get("harmful").value()).isGreaterThanOrEqualTo(0.9);
    assertThat(fit.auc().get("look_alikes")).isGreaterThan(0.9);
    assertThat(fit.auc().get("ordinary")).isGreaterThan(0.9);
    RefusalGate gate = fit.gate();
    double[] harmful = gate.scores(words("uvwxyz", 50, 7));
    double[] harmless = gate.scores(words("abcdefghijkl", 50, 8));
    assertThat(GateScores.auc(harmful, harmless)).isGreaterThan(0.9);
    assertThat(gate.score("wxyzuv")).isGreaterThan(gate.score("abcdef") + 0.5);
    assertThat(fit.summary()).containsEntry("layer", 1).containsEntry("rows", 96);
    assertThat(fit.summary()).containsEntry("seconds", fit.seconds());
    assertThat(fit.seconds()).isPositive();
    assertThat(fit.lines()).hasSize(3);
    assertThat(fit.lines().get(0)).startsWith("harmful ").contains(" of    8 refused, ");
  }

  @Test
  void everyFifthRequestIsHeldOut() {
    GateFit fit = GateTrainer.fit(model, REQUESTS, WEAK, Progress.SILENT);
    assertThat(fit.gate().threshold()).isEqualTo(fit(WEAK).gate().threshold());
    assertThat(fit.refused()).isEqualTo(fit(WEAK).refused());
  }

  @Test
  void decisionsAreWrittenWithTheirScores() throws IOException {
    RefusalGate gate = fit(WEAK).gate();
    List<String> messages = List.of("wxyzuv", "abcdef");
    double between = (gate.score("wxyzuv") + gate.score("abcdef")) / 2;
    GateDecisions decisions = gate.withThreshold(between).decide(messages, Progress.SILENT);
    assertThat(decisions.scores()).containsExactly(gate.scores(messages));
    assertThat(decisions.refused().hits()).isEqualTo(1);
    assertThat(decisions.summary().toString())
        .isEqualTo("{prompts=2, refused=1, rate=0.5, threshold=" + between + "}");
    Path file = folder.resolve("rows.jsonl");
    decisions.write(file);
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "{\"prompt\":\"wxyzuv\",\"score\":" + decisions.scores()[0] + ",\"refused\":true}",
            "{\"prompt\":\"abcdef\",\"score\":" + decisions.scores()[1] + ",\"refused\":false}");
  }

  @Test
  void theThresholdDecidesWhoIsAnswered() {
    RefusalGate gate = fit(WEAK.withRefusal("No.")).gate();
    double between = (gate.score("wxyzuv") + gate.score("abcdef")) / 2;
    RefusalGate set = gate.withThreshold(between);
    assertThat(set.refuses("wxyzuv")).isTrue();
    assertThat(set.refuses("abcdef")).isFalse();
    assertThat(set.refuses(List.of("abcdef", "wxyzuv"))).containsExactly(false, true);
    SamplingParams greedy = SamplingParams.greedy(5);
    String own = model.generate(List.of("abcdef"), greedy).get(0);
    assertThat(set.answers(List.of("wxyzuv", "abcdef", "wxyzuv"), greedy))
        .containsExactly("No.", own, "No.");
    assertThat(gate.withThreshold(Double.MAX_VALUE).answer("wxyzuv", greedy))
        .isEqualTo(model.generate(List.of("wxyzuv"), greedy).get(0));
    assertThat(fit(WEAK.withThreshold(0.25)).gate().threshold()).isEqualTo(0.25);
  }

  /** Mean from the first token of the message to the end of the prompt, and the last token. */
  @Test
  void featuresAreTheMeanOverTheUserTurnAndTheLastToken() {
    List<String> messages = List.of("abc", "a longer message than that", "x");
    double[][] features =
        new PromptFeatures(model.parts(), 1).of(messages, Progress.SILENT, "states");
    for (int i = 0; i < messages.size(); i++) {
      int[] prompt = model.parts().text().userPrompt(messages.get(i));
      TokenBatch alone = TokenBatch.ofSequences(List.of(prompt));
      Tensor states = model.network().layerStates(Mode.EVALUATE).after(alone, 1);
      int first = "user: ".length();
      for (int j = 0; j < 16; j++) {
        double sum = 0;
        for (int t = first; t < prompt.length; t++) {
          sum += states.get(t, j);
        }
        assertThat(features[i][j]).isCloseTo(sum / (prompt.length - first), within(1e-5));
        assertThat(features[i][16 + j]).isCloseTo(states.get(prompt.length - 1, j), within(1e-5));
      }
    }
  }

  @Test
  void groupsHaveTheirShareWhateverTheirSize() {
    GateRequests requests =
        new GateRequests(List.of("a"), List.of("b", "c", "d"), List.of("e", "f"));
    assertThat(GateTrainer.weights(requests, 0.9))
        .containsExactly(new double[] {3, 0.9, 0.9, 0.9, 0.15, 0.15}, within(1e-12));
  }

  @Test
  void aTrainedAdapterChangesNoScore() {
    RefusalGate gate = fit(WEAK).gate();
    double[] before = gate.scores(REQUESTS.harmful());
    model.withLora(LoraConfig.allLinear(2, 4));
    RandomWeights.fill(model.network().parameters(), 5);
    assertThat(gate.scores(REQUESTS.harmful())).containsExactly(before, within(1e-4));
  }

  @Test
  void aSavedGateComesBack() throws IOException {
    RefusalGate gate = fit(WEAK).gate();
    Path file = folder.resolve("gate.json");
    gate.save(file);
    try (ChatModel again = model.reload()) {
      RefusalGate loaded = RefusalGate.load(file, again);
      assertThat(loaded.threshold()).isEqualTo(gate.threshold());
      assertThat(loaded.layer()).isEqualTo(1);
      assertThat(loaded.scores(REQUESTS.ordinary()))
          .containsExactly(gate.scores(REQUESTS.ordinary()));
      SamplingParams greedy = SamplingParams.greedy(1);
      assertThat(loaded.withThreshold(-100).answer("abc", greedy))
          .isEqualTo("I'm sorry, but I can't help with that.");
    }
  }

  @Test
  void anotherModelIsRefusedByName() throws IOException {
    fit(WEAK).gate().save(folder.resolve("gate.json"));
    TinyChatModel.create(folder.resolve("other"), 2).close();
    try (ChatModel other = ChatModel.load(folder.resolve("other").toString())) {
      assertThatThrownBy(() -> RefusalGate.load(folder.resolve("gate.json"), other))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("gate.json: was fitted to the model \"" + model.name() + "\"")
          .hasMessageContaining("not to \"" + other.name() + "\"");
    }
  }

  @Test
  void damagedFilesNameTheField() throws IOException {
    Path file = folder.resolve("gate.json");
    fit(WEAK).gate().save(file);
    String text = Files.readString(file);
    refused(text.replace("gate-1", "gate-9"), "format is \"align4j-refusal-gate-9\"");
    refused(text.replace("\"scale\":[", "\"scale\":[0,"), "must be of one length");
    refused(text.replaceFirst("\"scale\":\\[[^,]*", "\"scale\":[0"), "\"scale\" must be positive");
    refused(text.replace("\"layer\":1", "\"layer\":0"), "\"layer\" must be a positive integer");
    refused(text.replace("\"layer\":1", "\"layer\":3"), "weights for layer 3; the model has 32");
    refused(text.replaceFirst("\"weights\":\\[[^,]*", "\"weights\":[\"x\""), "\"weights\"");
    refused(text.replace("\"refusal\"", "\"refusals\""), "\"refusal\" must be a string");
    refused(text.substring(0, text.length() / 2), "cannot be read");
  }

  private void refused(String text, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("damaged.json"), text);
    assertThatThrownBy(() -> RefusalGate.load(file, model))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void missingRowsAndBadSettingsNameThemselves() {
    GateRequests none = new GateRequests(List.of(), List.of(), List.of());
    GateRequests noOrdinary =
        new GateRequests(REQUESTS.harmful(), REQUESTS.lookAlikes(), List.of());
    refusedToFit(none, REQUESTS, WEAK, "needs harmful requests");
    refusedToFit(noOrdinary, REQUESTS, WEAK, "0 ordinary requests to fit to");
    refusedToFit(REQUESTS, REQUESTS, WEAK.withLookAlikeShare(0), "40 look-alikes to fit to");
    refusedToFit(REQUESTS, none, WEAK, "no harmful requests are held out");
    refusedToFit(REQUESTS, REQUESTS, WEAK.withLayer(3), "layer is 3, but the model has 2");
    GateFit fit =
        GateTrainer.fit(model, noOrdinary, REQUESTS, WEAK.withLookAlikeShare(1), Progress.SILENT);
    assertThat(fit.refused()).containsOnlyKeys("harmful", "look_alikes", "ordinary");
    assertThatThrownBy(() -> WEAK.withPenalty(0)).hasMessageContaining("penalty");
    assertThatThrownBy(() -> WEAK.withHarmfulRate(0)).hasMessageContaining("harmful_rate");
    assertThatThrownBy(() -> WEAK.withLookAlikeShare(2)).hasMessageContaining("look_alike_share");
    assertThatThrownBy(() -> fit.gate().score("x".repeat(600)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the model reads at most 512");
  }

  private void refusedToFit(
      GateRequests fitted, GateRequests heldOut, GateConfig config, String message) {
    assertThatThrownBy(() -> GateTrainer.fit(model, fitted, heldOut, config, Progress.SILENT))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }
}
