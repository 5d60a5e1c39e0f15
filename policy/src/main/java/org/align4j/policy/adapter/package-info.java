/**
 * Networks of other libraries as policies and critics: whatever gives next-token logits can be
 * trained by every objective, offline and online.
 */
package org.align4j.policy.adapter;
