/** Reward models that are a transformer with a scalar head. */
package org.align4j.reward.transformer;
