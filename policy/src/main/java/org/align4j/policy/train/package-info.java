/** The training loop, its configuration, optimizer steps and checkpoints. */
package org.align4j.policy.train;
