package org.align4j.policy.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.HuggingFaceFolder;
import org.align4j.policy.format.ModelFolders;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.format.SafetensorsWriter;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a decoder architecture keeps, tried on a tiny model with random weights. Whether it computes
 * what its authors say needs numbers from their code besides; this contract says that its gradients
 * are those of what it computes, that decoding computes the same, and that its files come back.
 */
public abstract class ArchitectureContract {
  /** Prompts that are shared by several completions, and one that is not; longer than a window. */
  private static final List<PromptCompletions> GROUPS =
      List.of(
          new PromptCompletions(
              new int[] {1, 5, 7, 9}, List.of(new int[] {3, 4, 8}, new int[] {11, 2})),
          new PromptCompletions(new int[] {2}, List.of(new int[] {6})),
          new PromptCompletions(
              new int[] {10, 12}, List.of(new int[] {13, 14, 15, 16}, new int[] {17, 18, 19})));

  private static final TokenBatch BATCH = TokenBatch.of(GROUPS);

  private final Backend backend = Backends.defaultBackend();
  private ModelConfig config;
  private DecoderTransformer model;

  /** The folder that models are written to. */
  @TempDir protected Path folder;

  /**
   * The {@code config.json} of a tiny model: a vocabulary of 29, at least two layers, at least 64
   * positions, a window of a few keys if the architecture has one.
   */
  protected abstract String config();

  @BeforeEach
  void create() throws IOException {
    Files.writeString(folder.resolve("config.json"), config());
    Files.write(folder.resolve("tokenizer.json"), ByteTokenizer.json());
    config = HuggingFaceFolder.read(folder).config();
    model = random(backend);
  }

  private DecoderTransformer random(Backend on) {
    DecoderTransformer created = new DecoderTransformer(config, on);
    RandomWeights.fill(created, 1);
    return created;
  }

  private DecoderTransformer adapted() {
    DecoderTransformer created = random(backend);
    created.addAdapter(LoraConfig.allLinear(3, 6), 5);
    RandomWeights.fill(created.parameters(), 8);
    return created;
  }

  private static double[] coefficients() {
    return new Random(3).doubles(BATCH.targets().length, -1, 1).toArray();
  }

  private static double weighted(DecoderTransformer model) {
    double[] logProbs = model.forward(BATCH, Mode.EVALUATE).logProbs();
    double[] coefficients = coefficients();
    double sum = 0;
    for (int t = 0; t < logProbs.length; t++) {
      sum += coefficients[t] * logProbs[t];
    }
    return sum;
  }

  private static void backward(DecoderTransformer model) {
    model.clearGradients();
    model.forward(BATCH, Mode.TRAIN);
    model.backward(coefficients());
  }

  @Test
  void gradientsOfAllWeightsEqualFiniteDifferences() {
    model.trainAllWeights();
    backward(model);
    WeightCheck.check(() -> weighted(model), model.parameters());
  }

  @Test
  void gradientsOfAnAdapterEqualFiniteDifferences() {
    DecoderTransformer adapted = adapted();
    backward(adapted);
    WeightCheck.check(() -> weighted(adapted), adapted.parameters());
  }

  @Test
  void checkpointingChangesNoBitOfTheGradients() {
    DecoderTransformer plain = adapted();
    DecoderTransformer checkpointed = adapted();
    checkpointed.checkpointActivations();
    backward(plain);
    backward(checkpointed);
    for (int i = 0; i < plain.parameters().size(); i++) {
      assertThat(checkpointed.parameters().get(i).gradient().toArray())
          .as(plain.parameters().get(i).name())
          .containsExactly(plain.parameters().get(i).gradient().toArray());
    }
  }

  @Test
  void aSharedPromptChangesNoLogProb() {
    double[] unshared = model.forward(TokenBatch.unshared(GROUPS), Mode.EVALUATE).logProbs();
    assertThat(model.forward(BATCH, Mode.EVALUATE).logProbs())
        .containsExactly(unshared, within(1e-5));
  }

  @Test
  void theScalarBackendAgrees() {
    double[] scalar = random(Oracle.SCALAR).forward(BATCH, Mode.EVALUATE).logProbs();
    assertThat(model.forward(BATCH, Mode.EVALUATE).logProbs())
        .containsExactly(scalar, within(1e-4));
  }

  @Test
  void frozenWeightsChangeNoLogProb() {
    double[] expected = model.forward(BATCH, Mode.EVALUATE).logProbs();
    model.freeze();
    assertThat(model.forward(BATCH, Mode.EVALUATE).logProbs())
        .containsExactly(expected, within(1e-4));
  }

  /** Token by token, with and without an adapter, alone and beside others. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void decodingPassesEqualTheWholePass(int slots) {
    for (DecoderTransformer decoder : List.of(model, adapted())) {
      List<int[]> prompts = GROUPS.stream().map(PromptCompletions::prompt).toList();
      List<Completion> completions;
      try (Generator generator = new Generator(decoder, Set.of(), slots, true)) {
        completions =
            generator.generate(prompts, SamplingParams.greedy(9), Progress.SILENT, "decode");
      }
      for (int i = 0; i < prompts.size(); i++) {
        int[] ids = completions.get(i).ids();
        TokenBatch whole =
            TokenBatch.of(List.of(new PromptCompletions(prompts.get(i), List.of(ids))));
        assertThat(completions.get(i).logProbs())
            .as("completion %d", i)
            .containsExactly(decoder.forward(whole, Mode.EVALUATE).logProbs(), within(1e-4));
      }
    }
  }

  @Test
  void aWrittenModelComesBack() throws IOException {
    double[] expected = model.forward(BATCH, Mode.EVALUATE).logProbs();
    SafetensorsWriter.write(folder.resolve("model.safetensors"), model.weights());
    PolicyModel loaded = PolicyModel.load(folder, backend);
    Path written = folder.resolve("written");
    ModelFolders.write(loaded, written);
    PolicyModel again = PolicyModel.load(written, backend);
    assertThat(again.transformer().config()).isEqualTo(config);
    for (PolicyModel read : List.of(loaded, again)) {
      assertThat(read.transformer().forward(BATCH, Mode.EVALUATE).logProbs())
          .containsExactly(expected);
    }
  }
}
