/** Everything about preference alignment that needs neither weights nor tensors. */
package org.align4j.core;
