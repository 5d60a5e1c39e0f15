/**
 * Products with packed weights by oneDNN, whose kernels use what Java cannot: bfloat16,
 * prefetching.
 */
package org.align4j.policy.backend.internal.onednn;
