package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Settings;
import org.align4j.policy.run.BestSettings;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingSettings;
import org.align4j.reward.EncoderRewardConfig;
import org.align4j.reward.RewardModel;
import org.align4j.reward.RewardTrainer;
import org.align4j.reward.TransformerReward;
import org.align4j.reward.TransformerRewardTrainer;
import org.align4j.reward.encoder.MiniLmEncoder;
import org.align4j.reward.encoder.TokenEncoder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "reward",
    mixinStandardHelpOptions = true,
    description = "A reward model from prompt/chosen/rejected rows; written to OUT/reward.")
final class TrainRewardCommand extends Training {
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
    EncoderRewardConfig config = EncoderRewardConfig.read(settings);
    return used -> encoder(config, used);
  }

  private Map<String, Object> encoder(EncoderRewardConfig config, Settings used)
      throws IOException {
    AtomicFiles.writeString(
        options.out.resolve("config.json"),
        JsonOutput.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(used.effective()));
    List<PreferencePair> pairs = TrlRows.preferences(rows.data);
    try (TokenEncoder encoder = new MiniLmEncoder()) {
      long start = System.nanoTime();
      RewardTrainer trainer = RewardTrainer.encoder(encoder).config(config).progress(Bars.FACTORY);
      try (RewardModel reward = trainer.fit(pairs)) {
        Path folder = save(reward);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("pairs", pairs.size());
        json.put("seconds", (System.nanoTime() - start) / 1e9);
        json.put("out", folder.toString());
        return json;
      }
    }
  }

  private Path save(RewardModel reward) throws IOException {
    Path folder = options.out.resolve("reward");
    reward.save(folder);
    System.err.println("reward model written to " + folder);
    return folder;
  }

  private Run transformer(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings,
            rows.evaluated(settings),
            TrainingConfig.defaults(TransformerRewardTrainer.LEARNING_RATE));
    // TRL's RewardConfig disables dropout.
    Trained trained = Trained.read(settings, 0, model.adapter);
    boolean checkpointing = TrainingOptions.checkpointing(settings);
    // As TRL filters: the score of an answer that was cut says nothing about the answer.
    LengthPolicy lengths = TrainingSettings.lengths(settings, LengthPolicy.Mode.DROP);
    TransformerRewardTrainer.requireWholeCompletions(lengths);
    BradleyTerryLoss loss = new BradleyTerryLoss(settings.number("center_rewards_coefficient", 0));
    List<TrainingListener> best = BestSettings.read(rows.evaluated(settings));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    return used -> {
      TrainingRun run = new TrainingRun(options, used);
      TransformerRewardTrainer trainer =
          RewardTrainer.transformer(trained.load(model, config.seed(), checkpointing))
              .config(config)
              .loss(loss)
              .lengths(lengths)
              .wrapStringsAsChat(wrap)
              .margins(TrlRows.margins(rows.data))
              .resume(options.resume);
      if (rows.evalData != null) {
        trainer.evaluateOn(TrlRows.preferences(rows.evalData), TrlRows.margins(rows.evalData));
      }
      List<PreferencePair> pairs = TrlRows.preferences(rows.data);
      return TrainingRun.counted(
          lengths,
          run.run(
              best,
              context -> {
                try (TransformerReward reward = trainer.context(context).fit(pairs)) {
                  save(reward);
                }
                return trainer.result();
              }));
    };
  }
}
