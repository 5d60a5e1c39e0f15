/** Random numbers: every stream of a run comes from its seed by one derivation. */
package org.align4j.core.random;
