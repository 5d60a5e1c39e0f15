/** The {@code align4j} command; one command a file. */
package org.align4j.examples.cli;
