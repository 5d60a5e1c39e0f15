/** Reward models and classifiers that are a frozen sentence encoder with a small DL4J network. */
package org.align4j.reward.encoder;
