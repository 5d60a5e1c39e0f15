package org.align4j.policy.backend.internal.onednn;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The OpenMP that oneDNN was linked with. The engine cuts work into items for its own threads, so
 * inside an item oneDNN must not start more.
 */
final class OpenMp {
  static {
    // The library is in the process already, under this name, because oneDNN depends on it.
    Native.register(OpenMp.class, NativeLibrary.getInstance("libgomp.so.1"));
  }

  private OpenMp() {}

  private static native void omp_set_num_threads(int threads);

  private static native int omp_get_max_threads();

  /**
   * Sets the current thread's number of OpenMP threads to 1.
   *
   * @return what it was, for {@link #restore}
   */
  static int alone() {
    int before = omp_get_max_threads();
    if (before != 1) {
      omp_set_num_threads(1);
    }
    return before;
  }

  /** Puts the number of threads back. */
  static void restore(int before) {
    if (before != 1) {
      omp_set_num_threads(before);
    }
  }
}
