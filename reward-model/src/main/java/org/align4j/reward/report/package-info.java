/** How good a reward model is: pair accuracy, calibration, length bias. */
package org.align4j.reward.report;
