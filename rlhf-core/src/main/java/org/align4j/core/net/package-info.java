/** Addresses and access tokens of HTTP services. */
package org.align4j.core.net;
