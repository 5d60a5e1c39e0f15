/** Finding and fetching models: names, the local cache, the Hugging Face hub. */
package org.align4j.policy.hub;
