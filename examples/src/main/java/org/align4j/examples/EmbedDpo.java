package org.align4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.ModelResolver;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;

/** DPO with LoRA, embedded: the README's ten lines as a program. Arguments: model, data, output. */
public final class EmbedDpo {
  private EmbedDpo() {}

  /** Trains and writes a PEFT adapter. */
  public static void main(String... arguments) throws IOException {
    train(arguments[0], Path.of(arguments[1]), Path.of(arguments[2]));
  }

  static TrainingLoop.Result train(String name, Path data, Path out) throws IOException {
    PolicyModel model = PolicyModel.load(new ModelResolver(Progress.SILENT).resolve(name));
    model.transformer().addAdapter(LoraConfig.allLinear(16, 32), 42);
    LengthPolicy lengths = new LengthPolicy(1024, LengthPolicy.Mode.KEEP_START);
    List<TokenizedPair> pairs =
        new Tokenization(model.text(), lengths, true).pairs(TrlRows.preferences(data));
    PreferenceTask task = new PreferenceTask(model.transformer(), DpoObjective.sigmoid(0.1));
    TrainingLoop.Surroundings quiet =
        new TrainingLoop.Surroundings(out, null, Progress.SILENT, () -> false);
    TrainingConfig config = TrainingConfig.defaults(1e-4);
    TrainingLoop.Result result =
        new TrainingLoop<>("dpo", task, config, Backends.defaultBackend(), quiet)
            .run(pairs, List.of());
    PeftAdapters.write(model.transformer(), name, out.resolve("adapter"));
    return result;
  }
}
