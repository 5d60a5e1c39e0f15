/** The backend of plain Java loops, for JVMs without the vector module. */
package org.align4j.policy.backend.internal.portable;
