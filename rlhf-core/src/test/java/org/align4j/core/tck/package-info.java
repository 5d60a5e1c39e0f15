/**
 * Contracts that implementations of the core's interfaces keep, as abstract JUnit 5 classes: extend
 * one, return your implementation, and its tests run. docs/tck.md shows how.
 */
package org.align4j.core.tck;
