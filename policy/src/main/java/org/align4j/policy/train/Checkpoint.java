package org.align4j.policy.train;

import java.util.Map;

/**
 * What a checkpoint restores besides weights, moments and the task's state.
 *
 * @param progress of the loop
 * @param state of whoever takes the steps, as it was handed to {@link StepRunner#save}
 */
public record Checkpoint(RunProgress progress, Map<String, Double> state) {}
