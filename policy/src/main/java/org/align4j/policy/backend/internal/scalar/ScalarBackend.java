package org.align4j.policy.backend.internal.scalar;

import java.util.List;
import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.backend.internal.Blas;

/** Plain loops with sums in double: the oracle that the other backends are tested against. */
public final class ScalarBackend implements Backend {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    Blas.checkShapes(transposeA, transposeB, a, b, c);
    int inner = transposeA ? a.rows() : a.columns();
    for (int i = 0; i < c.rows(); i++) {
      for (int j = 0; j < c.columns(); j++) {
        double sum = 0;
        for (int k = 0; k < inner; k++) {
          float left = transposeA ? a.get(k, i) : a.get(i, k);
          float right = transposeB ? b.get(j, k) : b.get(k, j);
          sum += (double) left * right;
        }
        // beta = 0 must not read C, which may hold NaN.
        double kept = beta == 0 ? 0 : (double) beta * c.get(i, j);
        c.set(i, j, (float) (alpha * sum + kept));
      }
    }
  }

  @Override
  public void add(Tensor x, Tensor y) {
    for (int r = 0; r < x.rows(); r++) {
      for (int j = 0; j < x.columns(); j++) {
        y.set(r, j, y.get(r, j) + x.get(r, j));
      }
    }
  }

  @Override
  public void scale(float factor, Tensor x) {
    for (int r = 0; r < x.rows(); r++) {
      for (int j = 0; j < x.columns(); j++) {
        x.set(r, j, factor * x.get(r, j));
      }
    }
  }

  @Override
  public void addRow(Tensor row, Tensor x) {
    for (int r = 0; r < x.rows(); r++) {
      for (int j = 0; j < x.columns(); j++) {
        x.set(r, j, x.get(r, j) + row.get(0, j));
      }
    }
  }

  @Override
  public void sumRows(Tensor x, Tensor target) {
    for (int j = 0; j < x.columns(); j++) {
      double sum = target.get(0, j);
      for (int r = 0; r < x.rows(); r++) {
        sum += x.get(r, j);
      }
      target.set(0, j, (float) sum);
    }
  }

  @Override
  public void multiply(Tensor mask, Tensor x) {
    for (int r = 0; r < x.rows(); r++) {
      for (int j = 0; j < x.columns(); j++) {
        x.set(r, j, mask.get(r, j) * x.get(r, j));
      }
    }
  }

  @Override
  public double sumOfSquares(Tensor x) {
    double sum = 0;
    for (int r = 0; r < x.rows(); r++) {
      for (int j = 0; j < x.columns(); j++) {
        sum += (double) x.get(r, j) * x.get(r, j);
      }
    }
    return sum;
  }

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    float[] row = new float[table.columns()];
    for (int r = 0; r < ids.length; r++) {
      table.readRow(ids[r], row, 0);
      out.writeRow(r, row, 0);
    }
  }

  @Override
  public void scatterAdd(Tensor rows, int[] ids, Tensor table) {
    for (int r = 0; r < ids.length; r++) {
      for (int j = 0; j < rows.columns(); j++) {
        table.set(ids[r], j, table.get(ids[r], j) + rows.get(r, j));
      }
    }
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float epsilon, Tensor out, Tensor inverseRms) {
    for (int r = 0; r < x.rows(); r++) {
      double squares = 0;
      for (int j = 0; j < x.columns(); j++) {
        squares += (double) x.get(r, j) * x.get(r, j);
      }
      double s = 1 / Math.sqrt(squares / x.columns() + epsilon);
      inverseRms.set(r, 0, (float) s);
      for (int j = 0; j < x.columns(); j++) {
        out.set(r, j, (float) (weight.get(0, j) * (x.get(r, j) * s)));
      }
    }
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    int n = x.columns();
    for (int r = 0; r < x.rows(); r++) {
      double s = inverseRms.get(r, 0);
      double dot = 0;
      for (int j = 0; j < n; j++) {
        dot += (double) dOut.get(r, j) * weight.get(0, j) * x.get(r, j);
      }
      double correction = dot * s * s * s / n;
      for (int j = 0; j < n; j++) {
        double gradient = dOut.get(r, j) * weight.get(0, j) * s - x.get(r, j) * correction;
        dX.set(r, j, (float) (dX.get(r, j) + gradient));
        if (dWeight != null) {
          dWeight.set(0, j, (float) (dWeight.get(0, j) + dOut.get(r, j) * x.get(r, j) * s));
        }
      }
    }
  }

  @Override
  public void rotate(Tensor x, int headDim, int[] positions, RotaryTable table, boolean inverse) {
    int half = headDim / 2;
    for (int r = 0; r < x.rows(); r++) {
      int at = positions[r] * half;
      for (int head = 0; head < x.columns(); head += headDim) {
        for (int i = 0; i < half; i++) {
          float cos = table.cos()[at + i];
          float sin = inverse ? -table.sin()[at + i] : table.sin()[at + i];
          float first = x.get(r, head + i);
          float second = x.get(r, head + half + i);
          x.set(r, head + i, first * cos - second * sin);
          x.set(r, head + half + i, second * cos + first * sin);
        }
      }
    }
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    for (int r = 0; r < gate.rows(); r++) {
      for (int j = 0; j < gate.columns(); j++) {
        double g = gate.get(r, j);
        out.set(r, j, (float) (g / (1 + Math.exp(-g)) * up.get(r, j)));
      }
    }
  }

  @Override
  public void swiGluBackward(Tensor dOut, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    for (int r = 0; r < gate.rows(); r++) {
      for (int j = 0; j < gate.columns(); j++) {
        double g = gate.get(r, j);
        double sigmoid = 1 / (1 + Math.exp(-g));
        double d = dOut.get(r, j);
        double u = up.get(r, j);
        dGate.set(r, j, (float) (d * u * sigmoid * (1 + g * (1 - sigmoid))));
        dUp.set(r, j, (float) (d * g * sigmoid));
      }
    }
  }

  @Override
  public void attention(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp) {
    ScalarAttention.forward(shape, spans, query, key, value, out, logSumExp);
  }

  @Override
  public void attentionBackward(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor dOut,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp,
      Tensor dQuery,
      Tensor dKey,
      Tensor dValue) {
    ScalarAttention.backward(
        shape, spans, dOut, query, key, value, out, logSumExp, dQuery, dKey, dValue);
  }

  @Override
  public void softmax(Tensor logits, int[] targets, TokenStats stats, int at) {
    int n = logits.columns();
    for (int r = 0; r < logits.rows(); r++) {
      double max = Double.NEGATIVE_INFINITY;
      double total = 0;
      for (int j = 0; j < n; j++) {
        max = Math.max(max, logits.get(r, j));
        total += logits.get(r, j);
      }
      double sum = 0;
      double weighted = 0;
      double squares = 0;
      for (int j = 0; j < n; j++) {
        double e = Math.exp(logits.get(r, j) - max);
        sum += e;
        squares += e * e;
        weighted += e * (logits.get(r, j) - max);
      }
      double target = logits.get(r, targets[r]);
      stats.logProbs()[at + r] = target - max - Math.log(sum);
      stats.entropies()[at + r] = Math.log(sum) - weighted / sum;
      stats.logSumSquares()[at + r] = Math.log(squares) - 2 * Math.log(sum);
      stats.meanLogits()[at + r] = total / n;
      stats.correct()[at + r] = target >= max ? 1 : 0;
      for (int j = 0; j < n; j++) {
        logits.set(r, j, (float) (Math.exp(logits.get(r, j) - max) / sum));
      }
    }
  }

  @Override
  public void logProbGradient(Tensor probabilities, int[] targets, double[] coefficients, int at) {
    for (int r = 0; r < probabilities.rows(); r++) {
      float coefficient = (float) coefficients[at + r];
      for (int j = 0; j < probabilities.columns(); j++) {
        probabilities.set(r, j, -coefficient * probabilities.get(r, j));
      }
      int target = targets[r];
      probabilities.set(r, target, probabilities.get(r, target) + coefficient);
    }
  }

  @Override
  public void adamW(
      Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamStep step) {
    for (int r = 0; r < weight.rows(); r++) {
      for (int j = 0; j < weight.columns(); j++) {
        double g = gradient.get(r, j);
        double m = step.beta1() * firstMoment.get(r, j) + (1 - step.beta1()) * g;
        double v = step.beta2() * secondMoment.get(r, j) + (1 - step.beta2()) * g * g;
        firstMoment.set(r, j, (float) m);
        secondMoment.set(r, j, (float) v);
        double denominator = Math.sqrt(v) * step.inverseRootCorrection() + step.epsilon();
        double decayed = weight.get(r, j) * (1 - step.learningRate() * step.weightDecay());
        weight.set(r, j, (float) (decayed - step.correctedRate() * m / denominator));
      }
    }
  }
}
