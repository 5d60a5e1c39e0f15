package org.align4j.policy.run;

import java.util.Map;

/**
 * Something that happened in a run.
 *
 * @param run where it happened
 * @param step steps, or rounds of online training, done so far
 * @param metrics by TRL's names; what they are of stands with each method of {@link
 *     TrainingListener}
 */
public record TrainingEvent(TrainingRun run, long step, Map<String, Double> metrics) {}
