/** Timed work: trainers' steps and generation, as the bench commands report them. */
package org.align4j.examples.bench;
