/** The {@code nd4j} backend. */
package org.align4j.policy.backend.internal.nd4j;
