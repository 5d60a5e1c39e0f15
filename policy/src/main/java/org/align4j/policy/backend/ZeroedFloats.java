package org.align4j.policy.backend;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Zeros from the system, which provides a page when it is first written: by the kernels' threads
 * side by side, not by one thread that clears everything beforehand.
 */
final class ZeroedFloats extends FloatPointer {

  /**
   * New zeros.
   *
   * @throws OutOfMemoryError if the system has not so much memory
   */
  ZeroedFloats(long elements) {
    super(Pointer.calloc(elements, Float.BYTES));
    if (isNull()) {
      throw new OutOfMemoryError("no room for " + elements * Float.BYTES + " bytes off the heap");
    }
    capacity(elements);
    Pointer memory = new Pointer(this);
    deallocator(() -> Pointer.free(memory));
  }
}
