/**
 * A gate that refuses harmful requests before a chat model answers: a linear classifier of the
 * model's own hidden states (docs/refusal-gate.md).
 */
package org.align4j.reward.gate;
