package org.align4j.examples;

import java.nio.file.Path;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.run.MetricsLogListener;
import org.align4j.policy.run.TrainingResult;

/** DPO with LoRA: the README's first snippet as a program. Arguments: model, data, output. */
public final class EmbedDpo {
  private EmbedDpo() {}

  /**
   * Trains and writes a PEFT adapter.
   *
   * @param arguments model, pairs and output folder
   */
  public static void main(String... arguments) {
    train(arguments[0], Path.of(arguments[1]), Path.of(arguments[2]));
  }

  static TrainingResult train(String name, Path pairs, Path out) {
    try (ChatModel model = ChatModel.load(name).withLora(LoraConfig.allLinear(16, 32))) {
      TrainingResult result =
          Trainer.preference(model, DpoObjective.sigmoid(0.1))
              .config(c -> c.learningRate(1e-4))
              .output(out)
              .listen(new MetricsLogListener(out))
              .fit(TrlRows.preferences(pairs));
      model.saveAdapter(out.resolve("adapter"));
      return result;
    }
  }
}
