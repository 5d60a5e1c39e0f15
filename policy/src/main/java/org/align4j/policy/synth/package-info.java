/** Requests that a chat model writes itself, as a user would (Magpie, arXiv 2406.08464). */
package org.align4j.policy.synth;
