/**
 * The narrow set of numeric operations that the transformer calls, and the choice between their
 * implementations. Everything is float32, row-major and two-dimensional.
 */
package org.align4j.policy.backend;
