/** What a training step computes, one class for each kind of training. */
package org.align4j.policy.task;
