/** Rows of training and evaluation files, and the records made of them. */
package org.align4j.core.data;
