/** Comparison with numbers that peers computed, laid out as a folder of fixtures. */
package org.align4j.examples.parity;
