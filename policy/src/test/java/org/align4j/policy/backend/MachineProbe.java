package org.align4j.policy.backend;

import org.align4j.policy.backend.internal.Blas;
import org.align4j.policy.backend.internal.onednn.OneDnn;
import org.align4j.policy.tck.StridedTensors;

/** What a JVM of its own says of the kernels that it has, after it has used them. */
final class MachineProbe {
  private MachineProbe() {}

  /** Asks for ND4J first if the first argument says so. */
  public static void main(String... arguments) {
    if (arguments.length > 0 && arguments[0].equals("nd4j-first")) {
      org.nd4j.linalg.factory.Nd4j.ones(2, 2).mmul(org.nd4j.linalg.factory.Nd4j.ones(2, 2));
    }
    print("default", () -> Backends.defaultBackend().name());
    print("product", () -> product(Backends.defaultBackend()));
    print("packed", () -> packedProduct(Backends.defaultBackend()));
    print("bfloat16", () -> Backends.named("vector", Precision.BFLOAT16).name());
    print("nd4j", () -> product(Backends.named("nd4j")));
    print("oneDNN", () -> text(OneDnn.library()));
    print("OpenBLAS", () -> text(Blas.library()));
  }

  private interface Question {
    String answer();
  }

  /** A backend that is not here is an exception with a sentence; anything else ends the process. */
  private static void print(String name, Question question) {
    String answer;
    try {
      answer = question.answer();
    } catch (IllegalStateException e) {
      answer = "refused: " + e.getMessage();
    }
    System.out.println(name + " = " + answer);
  }

  private static String text(Library library) {
    return (library.present() ? "present: " : "absent: ") + library.detail();
  }

  private static String product(Backend backend) {
    Tensor left = StridedTensors.random(40, 65, 1);
    Tensor right = StridedTensors.random(33, 65, 2);
    Tensor got = Tensor.zeros(40, 33);
    backend.gemm(false, true, 1, left, right, 0, got);
    return verdict(left, right, got);
  }

  private static String packedProduct(Backend backend) {
    Tensor left = StridedTensors.random(40, 65, 1);
    Tensor right = StridedTensors.random(33, 65, 2);
    Tensor got = Tensor.zeros(40, 33);
    try (PackedMatrix packed = backend.pack(right)) {
      packed.multiply(left, got);
    }
    return verdict(left, right, got);
  }

  private static String verdict(Tensor left, Tensor right, Tensor got) {
    Tensor expected = Tensor.zeros(40, 33);
    Backends.named("scalar").gemm(false, true, 1, left, right, 0, expected);
    float worst = 0;
    for (int i = 0; i < 40 * 33; i++) {
      worst = Math.max(worst, Math.abs(expected.toArray()[i] - got.toArray()[i]));
    }
    return worst < 1e-4 ? "right" : "wrong by " + worst;
  }
}
