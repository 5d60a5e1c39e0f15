package org.align4j.core.policygradient;

/**
 * The loss of a token with its slopes.
 *
 * @param value the loss
 * @param dRatio d loss / d ratio
 * @param dLogProb d loss / d log-prob with the ratio held fixed
 */
record TokenLoss(double value, double dRatio, double dLogProb) {}
