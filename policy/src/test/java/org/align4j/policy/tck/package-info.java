/**
 * Contracts of backends and decoder architectures, as abstract JUnit 5 classes: extend one, return
 * your implementation, and its tests run. docs/tck.md shows how.
 */
package org.align4j.policy.tck;
