/** Edits of single neurons, written into an adapter. */
package org.align4j.policy.edit;
