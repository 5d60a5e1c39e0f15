/** Sampling from the policy with a key/value cache and continuous batching. */
package org.align4j.policy.generate;
