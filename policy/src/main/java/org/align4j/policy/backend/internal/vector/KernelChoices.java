package org.align4j.policy.backend.internal.vector;

import java.util.List;
import org.align4j.policy.backend.KernelChoice;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.internal.onednn.OneDnn;

/** What the vector backend says of its products; measured in docs/benchmarks.md. */
final class KernelChoices {
  private KernelChoices() {}

  static List<KernelChoice> of(Precision precision, int quantizedRows) {
    boolean oneDnn = OneDnn.supports(precision);
    String lanes = ElementwiseKernels.SPECIES.length() + " lanes";
    KernelChoice frozen =
        oneDnn
            ? new KernelChoice(
                "frozen weights in " + precision + ", any rows",
                "oneDNN inner product",
                "batch-reduce kernels for this processor read packed weights")
            : new KernelChoice(
                "frozen weights in " + precision + ", any rows",
                "panels in Java, 5 x 2 vectors of " + lanes,
                OneDnn.absence(precision)
                    + "; as measured, two to three times OpenBLAS up to 8 rows, faster up to 64, level"
                    + " at 128, 89% of it at 512");
    return List.of(
        frozen,
        new KernelChoice(
            quantizedRows == 1
                ? "weights of a quantised file, one sequence"
                : "weights of a quantised file, up to " + quantizedRows + " sequences",
            "the file's integers, in Java",
            "a fifth of float32's bytes to read"),
        new KernelChoice(
            "other frozen weights, one sequence",
            "rows on the heap, in Java",
            "bound by memory, which plain loads of long runs read fastest"),
        new KernelChoice(
            "adapters and gradients, up to " + TallSkinnyGemm.COLUMNS + " columns",
            "thin products, in Java",
            "OpenBLAS copies the large operand first"),
        new KernelChoice(
            "other products",
            "OpenBLAS",
            "operands change with every call, so packing has no use"));
  }
}
