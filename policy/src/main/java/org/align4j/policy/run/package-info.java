/** A training run as its surroundings see it: listeners, events, results and cancellation. */
package org.align4j.policy.run;
