/** JMH benchmarks of the hot loops; docs/benchmarks.md tells how to run them. */
package org.align4j.jmh;
