package org.align4j.policy.backend.internal.portable;

import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.PlainTiles;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/** Operations on elements and rows: copied to the heap, computed, copied back. */
final class ElementLoops {
  private ElementLoops() {}

  /** x += given, whose only row counts for all if it has but one. */
  static void add(Tensor given, Tensor x) {
    RowLoops.update(given, x, (a, b, n) -> PlainTiles.addScaled(1, a, 0, b, 0, n));
  }

  static void multiply(Tensor mask, Tensor x) {
    RowLoops.update(mask, x, ElementLoops::multiplyRow);
  }

  private static void multiplyRow(float[] a, float[] b, int n) {
    for (int j = 0; j < n; j++) {
      b[j] *= a[j];
    }
  }

  static void scale(float factor, Tensor x) {
    RowLoops.change(x, (a, n) -> PlainTiles.scale(factor, a, n));
  }

  static double sumOfSquares(Tensor x) {
    return RowLoops.sum(x, (a, n) -> Reductions.dot(a, 0, a, 0, n));
  }

  static void gather(Tensor table, int[] ids, Tensor out) {
    for (int r = 0; r < ids.length; r++) {
      out.copyRow(r, table, ids[r], 0);
    }
  }

  static void scatterAdd(Tensor rows, int[] ids, Tensor table) {
    int n = table.columns();
    float[] a = Scratch.current().tile(0, n);
    float[] b = Scratch.current().tile(1, n);
    for (int r = 0; r < ids.length; r++) {
      rows.readRow(r, a, 0);
      table.readRow(ids[r], b, 0);
      PlainTiles.addScaled(1, a, 0, b, 0, n);
      table.writeRow(ids[r], b, 0);
    }
  }

  static void rotate(Tensor x, int headDim, int[] positions, RotaryTable table, boolean inverse) {
    int n = x.columns();
    int half = headDim / 2;
    float sign = inverse ? -1 : 1;
    Threads.forRows(
        x.rows(),
        RowLoops.grainRows(x),
        (from, to) -> {
          float[] a = Scratch.current().tile(0, n);
          float[] turned = Scratch.current().tile(1, n);
          for (int r = from; r < to; r++) {
            x.readRow(r, a, 0);
            for (int head = 0; head < n; head += headDim) {
              rotateHead(a, turned, head, half, table, positions[r] * half, sign);
            }
            x.writeRow(r, turned, 0);
          }
        });
  }

  private static void rotateHead(
      float[] a, float[] turned, int head, int half, RotaryTable table, int at, float sign) {
    float[] cos = table.cos();
    float[] sin = table.sin();
    int second = head + half;
    for (int i = 0; i < half; i++) {
      turned[head + i] = a[head + i] * cos[at + i] - a[second + i] * (sign * sin[at + i]);
    }
    for (int i = 0; i < half; i++) {
      turned[second + i] = a[second + i] * cos[at + i] + a[head + i] * (sign * sin[at + i]);
    }
  }

  static void adamW(Tensor weight, Tensor gradient, Tensor first, Tensor second, AdamStep step) {
    int n = weight.columns();
    Threads.forRows(
        weight.rows(),
        RowLoops.grainRows(weight),
        (from, to) -> {
          Scratch scratch = Scratch.current();
          float[] w = scratch.tile(0, n);
          float[] g = scratch.tile(1, n);
          float[] m = scratch.tile(2, n);
          float[] v = scratch.tile(3, n);
          for (int r = from; r < to; r++) {
            weight.readRow(r, w, 0);
            gradient.readRow(r, g, 0);
            first.readRow(r, m, 0);
            second.readRow(r, v, 0);
            moments(g, m, v, n, step);
            updateRow(w, m, v, n, step);
            weight.writeRow(r, w, 0);
            first.writeRow(r, m, 0);
            second.writeRow(r, v, 0);
          }
        });
  }

  private static void moments(float[] g, float[] m, float[] v, int n, AdamStep step) {
    float beta1 = (float) step.beta1();
    float rest1 = (float) (1 - step.beta1());
    float beta2 = (float) step.beta2();
    float rest2 = (float) (1 - step.beta2());
    for (int i = 0; i < n; i++) {
      m[i] = beta1 * m[i] + rest1 * g[i];
    }
    for (int i = 0; i < n; i++) {
      v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
    }
  }

  private static void updateRow(float[] w, float[] m, float[] v, int n, AdamStep step) {
    float rate = step.correctedRate();
    float rootCorrection = step.inverseRootCorrection();
    float epsilon = (float) step.epsilon();
    float keep = (float) (1 - step.learningRate() * step.weightDecay());
    for (int i = 0; i < n; i++) {
      float denominator = (float) Math.sqrt(v[i]) * rootCorrection + epsilon;
      w[i] = w[i] * keep - rate * m[i] / denominator;
    }
  }
}
