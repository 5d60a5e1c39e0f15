package org.align4j.policy.backend.internal;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A pointer that a thread aims at memory of others again and again, because a new one for every
 * call of a native function would be garbage. It keeps nothing alive; whoever aims it does.
 */
public final class Address extends FloatPointer {
  /** Points nowhere. */
  public Address() {
    super((Pointer) null);
  }

  /** Points there from now on. */
  public Address at(long target) {
    address = target;
    return this;
  }
}
