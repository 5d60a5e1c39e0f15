package org.align4j.reward.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.edit.Neuron;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.Biases;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.RopeConfig;
import org.align4j.policy.model.SlidingWindow;
import org.align4j.policy.run.CancellableProgress;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.tck.TinyChatModel;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a tiny model with random weights, whose states tell last letters apart. */
class NeuronGateTest {
  private static final NeuronGateConfig CONFIG =
      new NeuronGateConfig(0, 1, 0.9, 4, 200, "Sorry, no.", 7);

  @TempDir Path folder;
  private ChatModel model;

  @BeforeEach
  void load() throws IOException {
    TinyChatModel.create(folder.resolve("model"), 1, 4, 512, 16).close();
    model = ChatModel.load(folder.resolve("model").toString());
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static List<String> words(char letter, int count, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> random.nextInt(100, 999) + String.valueOf(letter).repeat(4))
        .toList();
  }

  private static GroupedRequests requests() {
    Map<String, List<String>> harmless = new LinkedHashMap<>();
    harmless.put("one", words('b', 60, 2));
    harmless.put("other", words('k', 60, 3));
    return new GroupedRequests(words('x', 80, 1), harmless);
  }

  private NeuronGateFit install() {
    return install(CONFIG, requests());
  }

  private NeuronGateFit install(NeuronGateConfig config, GroupedRequests requests) {
    model.withLora(config.withRoom(LoraConfig.allLinear(8, 16), model.network().config(), 2));
    return NeuronGate.install(model, requests, config, Progress.SILENT);
  }

  /** By what an adapter changes the residual stream after some layers, where prompts end. */
  private static double change(ChatModel model, List<String> messages, int layers) {
    return residualNorm(model, messages, layers, Mode.EVALUATE)
        / residualNorm(model, messages, layers, Mode.REFERENCE);
  }

  private static double residualNorm(
      ChatModel model, List<String> messages, int layers, Mode mode) {
    return messages.stream()
        .mapToDouble(message -> Vectors.norm(end(model, message, layers, mode)))
        .average()
        .orElseThrow();
  }

  /** The residual stream after some layers, where a prompt ends. */
  private static double[] end(ChatModel model, String message, int layers, Mode mode) {
    int[] prompt = model.parts().text().userPrompt(message);
    TokenBatch batch = TokenBatch.ofSequences(List.of(prompt));
    return model.network().layerStates(mode).after(batch, layers).doubleRow(prompt.length - 1);
  }

  /** The residual stream's change by the gate where a prompt ends. */
  private double change(List<String> messages) {
    return change(model, messages, 2);
  }

  @Test
  void theGroupsAreToldApart() {
    NeuronGateFit fit = install();
    assertThat(fit.harmfulRefused().value()).isGreaterThanOrEqualTo(0.9);
    assertThat(fit.harmlessRefused()).containsOnlyKeys("one", "other");
    assertThat(fit.harmlessRefused().values()).allMatch(rate -> rate.value() < 0.2);
    assertThat(fit.harmlessMargins().get("one")).hasSize(60);
    assertThat(Arrays.stream(fit.harmlessMargins().get("one")).max().orElseThrow()).isNegative();
  }

  /** The same ends, told apart by what is before them. */
  @Test
  void theHeadsReadTheWholePrompt() {
    Map<String, List<String>> harmless = new LinkedHashMap<>();
    harmless.put("one", marked('b', 150, 2));
    harmless.put("other", marked('k', 150, 3));
    NeuronGateFit fit = install(CONFIG, new GroupedRequests(marked('x', 200, 1), harmless));
    assertThat(fit.harmfulRefused().value()).isGreaterThanOrEqualTo(0.9);
    assertThat(fit.harmlessRefused().values()).allMatch(rate -> rate.value() < 0.2);
  }

  private static List<String> marked(char letter, int count, long seed) {
    return words(letter, count, seed).stream().map(word -> word + "-".repeat(12)).toList();
  }

  @Test
  void theLayersAboveTheGateAreTrainedAndAllIsSaved() {
    install();
    assertThat(model.network().parameters())
        .extracting(Parameter::name)
        .isNotEmpty()
        .allMatch(name -> name.contains("layers.2.") || name.contains("layers.3."));
    model.saveAdapter(folder.resolve("adapter"));
    List<String> some = words('x', 20, 8);
    double marked = change(some);
    try (ChatModel other = ChatModel.load(folder.resolve("model").toString())) {
      other.withFrozenAdapter(folder.resolve("adapter"));
      assertThat(change(other, some, 2)).isCloseTo(marked, within(1e-4));
    }
  }

  /** By what the votes at a scale move the stream, relative to none, of harmful and harmless. */
  private double[] votes(double scale) {
    return List.of(words('x', 80, 1), words('b', 60, 2)).stream()
        .mapToDouble(
            some -> {
              double[][] without = voted(0, some);
              double[][] with = voted(scale, some);
              return IntStream.range(0, with.length)
                  .mapToDouble(
                      i -> {
                        double[] moved = Vectors.sum(with[i], Vectors.scaled(-1, without[i]));
                        return Vectors.norm(moved) / Vectors.norm(without[i]);
                      })
                  .average()
                  .orElseThrow();
            })
        .toArray();
  }

  /** The stream where prompts end, after the layer that votes. */
  private double[][] voted(double scale, List<String> messages) {
    try (ChatModel other = turned(scale)) {
      return messages.stream()
          .map(message -> end(other, message, 1, Mode.EVALUATE))
          .toArray(double[][]::new);
    }
  }

  private ChatModel turned(double scale) {
    ChatModel other = ChatModel.load(folder.resolve("model").toString());
    other.withFrozenAdapter(folder.resolve("adapter"));
    return RefusalDial.load(folder.resolve("adapter")).at(scale).turn(other);
  }

  @Test
  void theDialMovesTheThresholdOfAStoredAdapter() throws IOException {
    NeuronGateFit fit = install();
    model.saveAdapter(folder.resolve("adapter"));
    fit.dial().save(folder.resolve("adapter"));
    // Without votes both kinds have a stream like the reference's, without the idle neurons.
    try (ChatModel off = turned(0)) {
      assertThat(change(off, words('x', 80, 1), 1))
          .isCloseTo(change(off, words('b', 60, 2), 1), within(0.02));
    }
    double[] trained = votes(1);
    assertThat(trained[0]).isGreaterThan(0.03);
    assertThat(trained[1]).isLessThan(0.003);
    assertThat(votes(4)[1]).isGreaterThan(0.03);
  }

  @Test
  void aDialIsOfItsAdapterAndItsModel() throws IOException {
    install().dial().save(Files.createDirectories(folder.resolve("adapter")));
    RefusalDial dial = RefusalDial.load(folder.resolve("adapter"));
    assertThatThrownBy(() -> dial.at(-1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("from 0 on, got -1.0");
    assertThatThrownBy(() -> RefusalDial.load(folder))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("has no refusal_dial.json: only an adapter with a gate");
    assertThatThrownBy(() -> new RefusalDial(0, 4, new double[3], 1).turn(model))
        .hasMessageContaining("of a model of hidden size 3; this one has");
    Files.writeString(folder.resolve("refusal_dial.json"), "{\"layer\": 0}");
    assertThatThrownBy(() -> RefusalDial.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("refusal_dial.json: not a refusal dial");
    try (ChatModel bare = ChatModel.load(folder.resolve("model").toString())) {
      assertThatThrownBy(() -> dial.turn(bare)).hasMessageContaining("no adapter of that rank");
      assertThatThrownBy(() -> new RefusalDial(9, 4, dial.shift(), 1).turn(bare))
          .hasMessageContaining("layer is 9; a model of 4 layers has none of that number");
    }
  }

  @Test
  void anAdapterWithoutRoomIsRefusedBeforeRequestsAreRead() {
    Progress.Factory unused =
        (task, total) -> {
          throw new AssertionError(task + " began");
        };
    model.withLora(LoraConfig.allLinear(2, 2));
    assertThatThrownBy(() -> NeuronGate.install(model, requests(), CONFIG, unused))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("1 attention heads of layer 0 needs an adapter with room");
    assertThatThrownBy(() -> NeuronGate.install(model, requests(), CONFIG.withHeads(0), unused))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("4 neurons of layer 0 needs an adapter");
  }

  @Test
  void anAdapterWithDropoutIsRefused() {
    model.withLora(
        CONFIG.withRoom(
            LoraConfig.allLinear(8, 16).withDropout(0.05), model.network().config(), 2));
    assertThatThrownBy(() -> NeuronGate.install(model, requests(), CONFIG, Progress.SILENT))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("adapter without dropout", "has dropout 0.05");
  }

  @Test
  void attentionWithBiasesKeepsItsHeads() {
    NeuronGateConfig config = NeuronGateConfig.of("No.");
    ModelConfig biased = fourHeadsInTwoGroups(Biases.QKV);
    assertThat(config.headsOf(fourHeadsInTwoGroups(Biases.NONE))).isEqualTo(2);
    assertThat(config.headsOf(biased)).isZero();
    assertThat(config.withHeads(2).headsOf(biased)).isEqualTo(2);
  }

  @Test
  void anAdapterThatIsTrainedIsRefused() {
    install();
    assertThatThrownBy(() -> NeuronGate.install(model, requests(), CONFIG, Progress.SILENT))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("a gate needs a new adapter");
  }

  @Test
  void aCalibrationNeedsRequestsWithDifferentVotes() {
    NeuronGateConfig config = new NeuronGateConfig(0, 1, 0.9, 4, 1, "Sorry, no.", 7);
    assertThatThrownBy(() -> install(config, requests()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("all 1 requests of the calibration get the same votes");
  }

  @Test
  void aRunThatIsCancelledStopsWhileItReads() {
    model.withLora(CONFIG.withRoom(LoraConfig.allLinear(8, 16), model.network().config(), 2));
    CancellationToken cancelled = new CancellationToken();
    cancelled.cancel();
    Progress.Factory progress = new CancellableProgress(Progress.SILENT, cancelled);
    assertThatThrownBy(() -> NeuronGate.install(model, requests(), CONFIG, progress))
        .isInstanceOf(CancellationException.class)
        .hasMessage("cancelled: read requests");
  }

  private static ModelConfig fourHeadsInTwoGroups(Biases biases) {
    SlidingWindow none = new SlidingWindow(0, Set.of());
    RopeConfig rope = RopeConfig.plain(10_000);
    return new ModelConfig("qwen2", 29, 16, 24, 2, 4, 2, 6, 1e-5f, rope, true, none, biases, 64);
  }

  @Test
  void theStepIsZeroBelowTheBandAndOneAboveIt() {
    double[] one = {1, 0};
    StepNeurons step = new StepNeurons(new EndDetector(one, one), 0.1);
    assertThat(step.share(-0.05)).isCloseTo(0, within(1e-3));
    assertThat(step.share(0.05)).isCloseTo(0.5, within(1e-3));
    assertThat(step.share(0.15)).isCloseTo(1, within(1e-3));
    double[] x = {1, 0.07};
    double sum = 0;
    for (Neuron neuron : step.of(new double[] {0, 1}, new double[] {3, 0})) {
      double gate = Vectors.dot(neuron.gate(), x);
      sum += gate / (1 + Math.exp(-gate)) * Vectors.dot(neuron.up(), x) * neuron.down()[0];
    }
    assertThat(sum).isCloseTo(3 * step.share(0.07), within(1e-9));
  }

  @Test
  void theGateNeedsLayersAboveIt() {
    assertThat(NeuronGateConfig.of("no").layerOf(30)).isEqualTo(17);
    assertThat(NeuronGateConfig.of("no").layerOf(4)).isEqualTo(1);
    assertThatThrownBy(() -> NeuronGateConfig.of("no").layerOf(2))
        .hasMessageContaining("at least 3 layers");
    assertThatThrownBy(() -> NeuronGateConfig.of("no").withLayer(2).layerOf(4))
        .hasMessageContaining("layer is 2; of a model of 4 layers it is at most 1");
  }

  @Test
  void aFamilyStaysInOneFold() {
    Map<String, List<String>> harmless = Map.of("one", List.of("a", "d", "e"));
    Map<String, String> families = Map.of("x", "letters", "z", "letters", "d", "letters");
    int[] folds = new GroupedRequests(List.of("x", "y", "z"), harmless, families).folds(3);
    assertThat(folds).containsExactly(0, 1, 0, 2, 0, 0);
    GroupedRequests related =
        new GroupedRequests(List.of("x", "z"), Map.of("one", List.of("d", "e")), families);
    assertThatThrownBy(() -> related.folds(3))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the group harmful has too few requests, or too few families");
  }

  @Test
  void groupsNeedRequests() {
    assertThatThrownBy(() -> new GroupedRequests(List.of(), Map.of("one", List.of("a"))))
        .hasMessageContaining("no harmful requests");
    assertThatThrownBy(() -> new GroupedRequests(List.of("a"), Map.of("one", List.of())))
        .hasMessageContaining("the group one is empty");
  }
}
