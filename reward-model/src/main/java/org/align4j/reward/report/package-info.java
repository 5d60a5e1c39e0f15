/**
 * Evaluation reports: reward models on pairs, refusals of a model and of recorded answers. Every
 * report has a JSON form.
 */
package org.align4j.reward.report;
