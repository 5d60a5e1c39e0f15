/**
 * Low-rank adapters (Hu et al. 2021, arXiv 2106.09685); switched off, the model is the reference.
 */
package org.align4j.policy.lora;
