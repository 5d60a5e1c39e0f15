/** Rewards by their names in text, with the models that they need. */
package org.align4j.reward.spec;
