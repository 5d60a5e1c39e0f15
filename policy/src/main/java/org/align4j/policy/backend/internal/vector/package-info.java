/** The {@code vector} backend. */
package org.align4j.policy.backend.internal.vector;
