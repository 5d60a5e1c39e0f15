/** From text to ragged token batches. */
package org.align4j.policy.text;
