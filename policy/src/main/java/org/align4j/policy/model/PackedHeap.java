package org.align4j.policy.model;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the Java heap has room for packed weights of backends that keep them on it. */
final class PackedHeap {
  private static final Logger LOG = LoggerFactory.getLogger(PackedHeap.class);

  private PackedHeap() {}

  /**
   * Asks for room; a quarter of what is free is left for everything else.
   *
   * @param work what the weights are for, in the warning when there is none
   */
  static boolean holds(String work, long bytes) {
    if (hasRoom(bytes)) {
      return true;
    }
    LOG.warn(
        "{} without packed weights, which is slower: they need {} MiB of the Java heap and {} MiB"
            + " are free; raise -Xmx",
        work,
        bytes >> 20,
        free() >> 20);
    return false;
  }

  /** The same without a warning, for what has a replacement. */
  static boolean hasRoom(long bytes) {
    if (bytes <= free() / 4 * 3) {
      return true;
    }
    // Packed weights of generators that are done with count as used until they are collected.
    System.gc();
    return bytes <= free() / 4 * 3;
  }

  private static long free() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
  }
}
