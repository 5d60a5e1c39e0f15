package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Settings;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.run.BestSettings;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.align4j.policy.train.TrainingSettings;
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
final class TrainRewardCommand extends Training {
  /** TRL's RewardConfig. */
  private static final double LEARNING_RATE = 1e-4;

  /** What a frozen sentence encoder with a small head has no use for. */
  private static final List<String> NOT_FOR_ENCODERS =
      List.of("--model", "--adapter", "--dtype", "--eval-data", "--resume");

  @Mixin RowOptions rows;

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
  Run plan(Settings settings) {
    return kind == Kind.encoder ? encoder(settings) : transformer(settings);
  }

  private Run encoder(Settings settings) {
    for (String option : NOT_FOR_ENCODERS) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new IllegalArgumentException(
            option + " has no effect with --kind encoder; leave it out");
      }
    }
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
    return used -> encoder(trainer, used);
  }

  private Map<String, Object> encoder(EncoderRewardTrainer trainer, Settings used)
      throws IOException {
    AtomicFiles.writeString(
        options.out.resolve("config.json"),
        JsonOutput.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(used.effective()));
    List<EncoderRewardTrainer.Pair> pairs = new ArrayList<>();
    for (PreferencePair pair : TrlRows.preferences(rows.data)) {
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

  private Run transformer(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings, rows.evaluated(settings), TrainingConfig.defaults(LEARNING_RATE));
    // TRL's RewardConfig disables dropout.
    Trained trained = Trained.read(settings, 0, model.adapter);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    // As TRL filters: the score of an answer that was cut says nothing about the answer.
    LengthPolicy lengths = TrainingSettings.lengths(settings, LengthPolicy.Mode.DROP);
    if (lengths.mode() == LengthPolicy.Mode.KEEP_START) {
      throw new IllegalArgumentException(
          "truncation_mode=keep_start would score answers that were cut; expected drop, error or"
              + " keep_end, which cuts the prompt");
    }
    BradleyTerryLoss loss = new BradleyTerryLoss(settings.number("center_rewards_coefficient", 0));
    List<TrainingListener> best = BestSettings.read(rows.evaluated(settings));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    return used -> {
      TrainingRun run = new TrainingRun(options, used);
      PolicyModel base = trained.load(model, config.seed(), checkpointing).parts();
      TransformerReward reward = TransformerReward.fromLanguageModel(base, config.seed());
      Tokenization tokenization = new Tokenization(base.text(), lengths, wrap);
      List<RewardPair> pairs = read(tokenization, rows.data);
      List<RewardPair> held = rows.evalData == null ? List.of() : read(tokenization, rows.evalData);
      return TrainingRun.counted(
          lengths,
          run.run(
              best,
              context -> {
                TrainingResult result =
                    new TrainingLoop<>(
                            "reward",
                            new RewardTask(reward.model(), loss),
                            config,
                            Backends.defaultBackend(),
                            context)
                        .run(pairs, held, options.resume);
                Path folder = options.out.resolve("reward");
                reward.write(folder);
                System.err.println("reward model written to " + folder);
                return result;
              }));
    };
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
