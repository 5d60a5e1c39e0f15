/** Implementations of the backend; nothing outside {@code backend} depends on them. */
package org.align4j.policy.backend.internal;
