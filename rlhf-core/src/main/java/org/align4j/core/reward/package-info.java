/** What a reward is: anything that scores completions. Rewards compose by weight. */
package org.align4j.core.reward;
