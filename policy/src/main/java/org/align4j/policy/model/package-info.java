/** The decoder-only transformer with hand-written forward and backward over ragged batches. */
package org.align4j.policy.model;
