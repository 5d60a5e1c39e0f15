/** What a machine has, and which kernels run on it and why. */
package org.align4j.examples.doctor;
