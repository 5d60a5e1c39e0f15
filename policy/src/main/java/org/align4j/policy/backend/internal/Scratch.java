package org.align4j.policy.backend.internal;

/** Heap tiles of the current thread, kept between calls so that kernels allocate nothing. */
public final class Scratch {
  private static final int SLOTS = 12;
  private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

  private final float[][] tiles = new float[SLOTS][0];
  private double[] sums = new double[0];

  private Scratch() {}

  /** Those of the thread that asks. */
  public static Scratch current() {
    return CURRENT.get();
  }

  /** A tile of at least {@code size} floats with unspecified content. */
  public float[] tile(int slot, int size) {
    if (tiles[slot].length < size) {
      tiles[slot] = new float[size + size / 4];
    }
    return tiles[slot];
  }

  /** At least {@code size} doubles with unspecified content. */
  public double[] sums(int size) {
    if (sums.length < size) {
      sums = new double[size + size / 4];
    }
    return sums;
  }
}
