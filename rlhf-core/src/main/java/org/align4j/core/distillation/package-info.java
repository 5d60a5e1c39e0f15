/** Distillation: divergences between next-token distributions, and teachers. */
package org.align4j.core.distillation;
