package org.align4j.core.policygradient;

import java.util.List;
import org.align4j.core.metric.MetricSums;

/**
 * What a policy-gradient objective returns.
 *
 * @param loss already divided by the step's counts
 * @param dPolicy d loss / d log-prob, {@code [completion][token]}
 * @param metrics TRL's names
 */
public record PolicyGradientValue(double loss, List<double[]> dPolicy, MetricSums metrics) {}
