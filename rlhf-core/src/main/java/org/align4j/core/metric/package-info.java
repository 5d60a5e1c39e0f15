/** Collects metrics over micro-batches and steps. */
package org.align4j.core.metric;
