package org.align4j.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.ChatModel;
import org.align4j.policy.ReferenceLogProbs;
import org.align4j.policy.Trainer;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.text.LengthPolicy;

/**
 * Times the trainer's own DPO steps: 4 pairs in file order, LoRA on all linear layers.
 *
 * @param steps to take
 * @param rank of the adapter
 * @param microBatchTokens most tokens in the network at once
 * @param cached whether reference log-probs are computed before the timed steps
 */
public record DpoBench(int steps, int rank, int microBatchTokens, boolean cached) {
  private static final int PAIRS = 4;
  private static final double BETA = 0.1;
  private static final double LEARNING_RATE = 1e-4;

  /**
   * Takes the steps; the result is what is printed as JSON.
   *
   * @param model is trained
   * @param pairs at least one
   * @return seconds and rates, by name
   * @throws IOException if a file of the run cannot be written
   */
  public Map<String, Object> run(ChatModel model, List<PreferencePair> pairs) throws IOException {
    model.withLora(LoraConfig.allLinear(rank, 2.0 * rank), 0);
    StepTimes times = new StepTimes();
    Path output = Files.createTempDirectory("align4j-bench");
    Trainer.preference(
            model,
            DpoObjective.sigmoid(BETA),
            cached ? ReferenceLogProbs.PRECOMPUTED : ReferenceLogProbs.AUTOMATIC)
        .named("bench")
        .config(
            config ->
                config
                    .learningRate(LEARNING_RATE)
                    .schedule(LearningRateSchedule.CONSTANT)
                    .maxSteps(steps)
                    .batchSize(PAIRS)
                    .microBatchTokens(microBatchTokens)
                    .shuffle(false)
                    .seed(0)
                    .loggingSteps(1))
        .lengths(new LengthPolicy(0, LengthPolicy.Mode.ERROR))
        .output(output)
        .listen(times)
        .fit(pairs);
    Files.delete(output);
    return times.json();
  }
}
