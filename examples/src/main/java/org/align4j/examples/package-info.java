/** The command line and short programs that embed align4j. */
package org.align4j.examples;
