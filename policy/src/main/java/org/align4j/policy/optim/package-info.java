/** AdamW, gradient clipping and learning-rate schedules. */
package org.align4j.policy.optim;
