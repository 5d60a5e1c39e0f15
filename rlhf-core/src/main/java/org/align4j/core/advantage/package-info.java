/**
 * From rewards to advantages: GAE, group baselines, leave-one-out, cumulative returns, whitening.
 */
package org.align4j.core.advantage;
