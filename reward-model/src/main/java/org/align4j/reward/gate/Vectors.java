package org.align4j.reward.gate;

import java.util.Arrays;

/** Arithmetic of vectors, of equal length unless it says otherwise. */
final class Vectors {
  private Vectors() {}

  static double dot(double[] a, double[] b) {
    return SymmetricSystem.dot(a, b, a.length);
  }

  static double[] scaled(double factor, double[] vector) {
    return Arrays.stream(vector).map(x -> factor * x).toArray();
  }

  static double norm(double[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  static double[] unit(double[] vector) {
    return scaled(1 / norm(vector), vector);
  }

  static double[] sum(double[] a, double[] b) {
    double[] out = a.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += b[i];
    }
    return out;
  }

  /** Adds to as many values as the target has. */
  static void addScaled(double factor, double[] values, double[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * values[i];
    }
  }

  static double[] quotient(double[] a, double[] b) {
    double[] out = a.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] /= b[i];
    }
    return out;
  }

  static double[] product(double[] a, double[] b) {
    double[] out = a.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] *= b[i];
    }
    return out;
  }
}
