package org.align4j.policy.backend.internal.vector;

import java.util.List;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.KeyRange;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;

/**
 * Has the kernels of the forward pass compiled beside whatever comes first, which is the reading of
 * a model. Until the JVM has compiled a vector kernel it runs some thousand times slower, and the
 * first passes together would wait a second for it.
 */
final class KernelWarmup {
  /** Calls after which the JVM has every kernel in its queue; it counts calls and iterations. */
  private static final int ROUNDS = 8000;

  private static final int DIM = 64;
  private static final int ROWS = 12;

  /** More than a block of the softmax, and no whole number of vectors. */
  private static final int VOCABULARY = 4100;

  private static final AttentionShape SHAPE = new AttentionShape(6, 2, DIM, 0.1f, 0);
  private static final List<KeyRange> KEYS =
      List.of(new KeyRange(0, 5, 0), new KeyRange(5, ROWS - 5, 0));

  /** The end of a prompt, and a decoding step. */
  private static final List<AttentionSpan> SPANS =
      List.of(new AttentionSpan(5, ROWS - 5, KEYS, 0), new AttentionSpan(ROWS - 1, 1, KEYS, 0));

  private final Tensor queries = Tensor.zeros(ROWS, 6 * DIM);
  private final Tensor keys = Tensor.zeros(ROWS, 2 * DIM);
  private final Tensor attended = Tensor.zeros(ROWS, 6 * DIM);
  private final Tensor sums = Tensor.zeros(ROWS, 6);
  private final Tensor weight = Tensor.zeros(1, 6 * DIM);
  private final Tensor logits = Tensor.zeros(1, VOCABULARY);
  private final RotaryTable rotary = RotaryTable.of(new double[DIM / 2], ROWS);
  private final TokenStats stats = TokenStats.zeros(1);

  private KernelWarmup() {}

  /** Starts it on a thread of its own. */
  static void start() {
    Thread thread =
        new Thread(
            () -> {
              PanelKernel.compileEarly();
              QuantizedKernel.compileEarly();
              KernelWarmup kernels = new KernelWarmup();
              for (int i = 0; i < ROUNDS; i++) {
                kernels.runAll();
              }
            },
            "align4j-compile");
    thread.setDaemon(true);
    thread.start();
  }

  private void runAll() {
    Tensor row = queries.rows(0, 1);
    Tensor other = attended.rows(0, 1);
    RmsNormKernels.forward(row, weight, 1, other, sums.columns(0, 1).rows(0, 1));
    RotaryKernel.rotate(row, DIM, new int[1], rotary, false);
    ElementwiseKernels.add(row, other);
    SwiGluKernels.forward(row, other, other);
    SoftmaxKernels.softmax(logits, new int[1], stats, 0);
    // Item by item, so that the engine's threads stay free for the work beside which this runs.
    AttentionForward pass = new AttentionForward(SHAPE, queries, keys, keys, attended, sums);
    pass.items(SPANS).forEach(Runnable::run);
  }
}
