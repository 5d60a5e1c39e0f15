/** What the command line does with a terminal: progress bars, and Ctrl-C as a wish to stop. */
package org.align4j.examples.terminal;
