/**
 * Objectives as pure functions: log-probabilities in, loss, metrics and the closed-form gradient
 * with respect to the policy's log-probabilities out. Double precision, no tensors, no state, no
 * I/O.
 */
package org.align4j.core.objective;
