/** Reward functions over a policy's completions. */
package org.align4j.reward;
