/** What a reward is: anything that scores completions. */
package org.align4j.core.reward;
