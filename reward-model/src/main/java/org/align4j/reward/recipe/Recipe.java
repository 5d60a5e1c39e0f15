package org.align4j.reward.recipe;

import java.util.function.Supplier;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;

/** A training method with the files it reads; settings say the rest. */
@FunctionalInterface
public interface Recipe {
  /**
   * Reads every setting of the method and checks them against each other. Unknown keys are left to
   * {@link Settings#rejectUnknown}.
   *
   * @param settings what the user has set; absent keys have the method's defaults
   * @return what trains by these settings; nothing has been loaded or written yet
   * @throws org.align4j.core.ConfigurationException names the setting and what it can be
   */
  Plan plan(Settings settings);

  /** What is left to do when the settings are read. */
  @FunctionalInterface
  interface Plan {
    /**
     * Loads the model, trains it and writes it.
     *
     * @param base loads the model that training starts from, without adapter
     * @param folder where the run writes
     * @return what was written, and the run's figures
     * @throws org.align4j.core.Align4jException if rows, files or the training are wrong
     */
    Outcome run(Supplier<ChatModel> base, RunFolder folder);
  }
}
