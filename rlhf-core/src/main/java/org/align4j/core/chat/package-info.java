/** Chat templates as Hugging Face models carry them. */
package org.align4j.core.chat;
