package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Settings;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.align4j.reward.encoder.EncoderReward;
import org.align4j.reward.encoder.EncoderRewardTrainer;
import org.align4j.reward.encoder.MiniLmEncoder;
import org.align4j.reward.transformer.RewardPair;
import org.align4j.reward.transformer.RewardTask;
import org.align4j.reward.transformer.TransformerReward;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "reward",
    mixinStandardHelpOptions = true,
    description = "A reward model from prompt/chosen/rejected rows; written to OUT/reward.")
final class TrainRewardCommand implements Callable<Integer> {
  /** TRL's RewardConfig. */
  private static final double LEARNING_RATE = 1e-4;

  @Mixin ModelOptions model;
  @Mixin TrainingOptions options;
  @Mixin JsonOutput output;

  enum Kind {
    transformer,
    encoder
  }

  @Option(
      names = "--kind",
      defaultValue = "transformer",
      description =
          "transformer: the model with a scalar head; encoder: a frozen sentence encoder with a"
              + " DL4J head, trained in seconds (default: ${DEFAULT-VALUE}).")
  Kind kind;

  @Override
  public Integer call() throws IOException {
    Settings settings = options.settings();
    output.print(kind == Kind.encoder ? encoder(settings) : transformer(settings));
    return 0;
  }

  private Map<String, Object> encoder(Settings settings) throws IOException {
    EncoderRewardTrainer defaults = EncoderRewardTrainer.defaults(0);
    EncoderRewardTrainer trainer =
        new EncoderRewardTrainer(
            settings.integer("filters", defaults.filters()),
            settings.number("learning_rate", defaults.learningRate()),
            settings.integer("num_train_epochs", defaults.epochs()),
            settings.integer("per_device_train_batch_size", defaults.batch()),
            settings.number("dropout", defaults.dropout()),
            settings.number("weight_decay", defaults.weightDecay()),
            new BradleyTerryLoss(
                settings.number("center_rewards_coefficient", defaults.loss().centering())),
            settings.integer("seed", 42));
    settings.rejectUnknown();
    AtomicFiles.writeString(
        options.out.resolve("config.json"),
        JsonOutput.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(settings.effective()));
    List<EncoderRewardTrainer.Pair> pairs = new ArrayList<>();
    for (PreferencePair pair : TrlRows.preferences(options.data)) {
      pairs.add(
          new EncoderRewardTrainer.Pair(
              pair.prompt().plainText(), pair.chosen().plainText(), pair.rejected().plainText()));
    }
    MiniLmEncoder encoder = new MiniLmEncoder();
    long start = System.nanoTime();
    EncoderReward reward = trainer.train(encoder, pairs, Bars.FACTORY);
    Path folder = options.out.resolve("reward");
    reward.write(folder);
    System.err.println("reward model written to " + folder);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("pairs", pairs.size());
    json.put("seconds", (System.nanoTime() - start) / 1e9);
    json.put("out", folder.toString());
    return json;
  }

  private Map<String, Object> transformer(Settings settings) throws IOException {
    TrainingConfig config = TrainingOptions.training(settings, LEARNING_RATE);
    // TRL's RewardConfig disables dropout.
    LoraConfig lora = TrainingOptions.lora(settings, 0);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    LengthPolicy lengths = TrainingOptions.lengths(settings);
    BradleyTerryLoss loss = new BradleyTerryLoss(settings.number("center_rewards_coefficient", 0));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    settings.rejectUnknown();
    TrainingRun run = new TrainingRun(options, model, settings);
    PolicyModel base = run.model(lora, config.seed(), checkpointing);
    TransformerReward reward = TransformerReward.fromLanguageModel(base, config.seed());
    Tokenization tokenization = new Tokenization(base.text(), lengths, wrap);
    List<RewardPair> pairs = read(tokenization, options.data);
    List<RewardPair> held =
        options.evalData == null ? List.of() : read(tokenization, options.evalData);
    return run.run(
        surroundings -> {
          TrainingLoop.Result result =
              new TrainingLoop<>(
                      "reward",
                      new RewardTask(reward.model(), loss),
                      config,
                      Backends.defaultBackend(),
                      surroundings)
                  .run(pairs, held, options.resume);
          Path folder = options.out.resolve("reward");
          reward.write(folder);
          System.err.println("reward model written to " + folder);
          return result;
        });
  }

  private static List<RewardPair> read(Tokenization tokenization, Path file) {
    List<RewardPair> out = new ArrayList<>();
    Map<String, Double> margins = TrlRows.margins(file);
    for (TokenizedPair pair : tokenization.pairs(TrlRows.preferences(file))) {
      out.add(new RewardPair(pair, margins.getOrDefault(pair.source(), 0.0)));
    }
    return out;
  }
}
