/** Trainers: short loops that connect data, policy, objective and optimizer. */
package org.align4j.policy.train;
