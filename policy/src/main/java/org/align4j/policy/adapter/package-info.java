/**
 * Networks of other libraries as policies: whatever gives next-token logits can be trained by every
 * objective.
 */
package org.align4j.policy.adapter;
