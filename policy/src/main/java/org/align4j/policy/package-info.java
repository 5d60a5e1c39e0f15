/**
 * The policy: numeric backends, the transformer, adapters, file formats, generation and trainers.
 */
package org.align4j.policy;
