package org.align4j.core.objective;

import java.util.List;

/**
 * What an unpaired objective returns.
 *
 * @param loss already divided by the step's completions
 * @param dPolicy d loss / d log-prob, {@code [completion][token]}
 * @param rewards β · log π/π_ref of each completion
 */
public record UnpairedValue(double loss, List<double[]> dPolicy, double[] rewards) {}
