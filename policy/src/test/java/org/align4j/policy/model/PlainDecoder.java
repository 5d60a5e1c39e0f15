package org.align4j.policy.model;

import java.util.Map;
import org.align4j.policy.backend.Tensor;

/**
 * A Llama decoder written out for one sequence, in double precision, from weights by their Hugging
 * Face names: what transformers' modeling_llama computes, without any code of the engine.
 */
final class PlainDecoder {
  private final ModelConfig config;
  private final Map<String, Tensor> weights;

  PlainDecoder(ModelConfig config, Map<String, Tensor> weights) {
    this.config = config;
    this.weights = weights;
  }

  /** log p(ids[t + 1] | ids[0..t]) for every t but the last. */
  double[] logProbs(int[] ids) {
    double[][] x = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      x[t] = row("model.embed_tokens.weight", ids[t]);
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      String name = "model.layers." + layer + ".";
      double[][] attended = attention(x, name + "self_attn.", layer, name);
      for (int t = 0; t < x.length; t++) {
        x[t] = sum(x[t], linear(name + "self_attn.o_proj", attended[t]));
        double[] normed = norm(x[t], name + "post_attention_layernorm.weight");
        double[] gate = linear(name + "mlp.gate_proj", normed);
        double[] up = linear(name + "mlp.up_proj", normed);
        for (int j = 0; j < gate.length; j++) {
          up[j] *= gate[j] / (1 + Math.exp(-gate[j]));
        }
        x[t] = sum(x[t], linear(name + "mlp.down_proj", up));
      }
    }
    double[] out = new double[ids.length - 1];
    String head = config.tiedHead() ? "model.embed_tokens" : "lm_head";
    for (int t = 0; t < out.length; t++) {
      double[] logits = linear(head, norm(x[t], "model.norm.weight"));
      double total = 0;
      for (double logit : logits) {
        total += Math.exp(logit);
      }
      out[t] = logits[ids[t + 1]] - Math.log(total);
    }
    return out;
  }

  private double[][] attention(double[][] x, String name, int layer, String block) {
    int d = config.headDim();
    double[][] q = new double[x.length][];
    double[][] k = new double[x.length][];
    double[][] v = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      double[] normed = norm(x[t], block + "input_layernorm.weight");
      q[t] = rotated(linear(name + "q_proj", normed), t);
      k[t] = rotated(linear(name + "k_proj", normed), t);
      v[t] = linear(name + "v_proj", normed);
    }
    int window = config.window().of(layer);
    double[][] out = new double[x.length][config.heads() * d];
    for (int t = 0; t < x.length; t++) {
      int first = window == 0 ? 0 : Math.max(0, t - window + 1);
      for (int h = 0; h < config.heads(); h++) {
        int shared = h / (config.heads() / config.kvHeads());
        double total = 0;
        for (int s = first; s <= t; s++) {
          double score = 0;
          for (int j = 0; j < d; j++) {
            score += q[t][h * d + j] * k[s][shared * d + j];
          }
          double weight = Math.exp(score / Math.sqrt(d));
          total += weight;
          for (int j = 0; j < d; j++) {
            out[t][h * d + j] += weight * v[s][shared * d + j];
          }
        }
        for (int j = 0; j < d; j++) {
          out[t][h * d + j] /= total;
        }
      }
    }
    return out;
  }

  /** rotate_half: the pair of column j is column j + d / 2. */
  private double[] rotated(double[] heads, int position) {
    int d = config.headDim();
    double[] frequencies = config.rope().inverseFrequencies(d);
    double[] out = heads.clone();
    for (int from = 0; from < heads.length; from += d) {
      for (int j = 0; j < d / 2; j++) {
        double angle = position * frequencies[j];
        double a = heads[from + j];
        double b = heads[from + j + d / 2];
        out[from + j] = a * Math.cos(angle) - b * Math.sin(angle);
        out[from + j + d / 2] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
    return out;
  }

  private double[] linear(String name, double[] x) {
    Tensor weight = weights.get(name + ".weight");
    Tensor bias = weights.get(name + ".bias");
    double[] out = new double[weight.rows()];
    for (int i = 0; i < out.length; i++) {
      out[i] = bias == null ? 0 : bias.get(0, i);
      for (int j = 0; j < x.length; j++) {
        out[i] += weight.get(i, j) * x[j];
      }
    }
    return out;
  }

  private double[] norm(double[] x, String name) {
    double squares = 0;
    for (double value : x) {
      squares += value * value;
    }
    double scale = 1 / Math.sqrt(squares / x.length + config.normEpsilon());
    double[] out = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      out[j] = x[j] * scale * weights.get(name).get(0, j);
    }
    return out;
  }

  private double[] row(String name, int index) {
    double[] out = new double[config.hidden()];
    for (int j = 0; j < out.length; j++) {
      out[j] = weights.get(name).get(index, j);
    }
    return out;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] out = a.clone();
    for (int j = 0; j < out.length; j++) {
      out[j] += b[j];
    }
    return out;
  }
}
