/**
 * Policy-gradient objectives as pure functions of per-token log-probabilities: PPO, GRPO and its
 * family, the value loss, estimators of the KL divergence, corrections for off-policy sampling.
 */
package org.align4j.core.policygradient;
