/** The {@code scalar} backend. */
package org.align4j.policy.backend.internal.scalar;
