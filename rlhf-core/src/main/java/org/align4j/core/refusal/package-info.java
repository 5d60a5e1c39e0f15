/** What counts as a refusal, how often it happens, and how sure that figure is. */
package org.align4j.core.refusal;
