/** From text to tokens: tokenizers, templates, length limits, tokenised rows, ragged batches. */
package org.align4j.policy.text;
