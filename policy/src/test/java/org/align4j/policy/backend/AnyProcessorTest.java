package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.backend.internal.Isa;
import org.junit.jupiter.api.Test;

/** Whatever a machine lacks, the default backend starts and computes; each in a JVM of its own. */
class AnyProcessorTest {

  private static void assumeIntel() {
    String architecture = System.getProperty("os.arch");
    assumeTrue(architecture.matches("amd64|x86_64"), "AVX2 is a matter of x86");
  }

  @Test
  void oneCapHoldsForAllNativeKernels() {
    assumeIntel();
    String said =
        ChildJvm.withVectorModule("-Dalign4j.isa=avx2", "-XX:UseAVX=2")
            // What the launcher used to set on processors with AVX-512.
            .environment("OPENBLAS_CORETYPE", "SkylakeX")
            .run(MachineProbe.class);
    assertThat(said)
        .contains("default = vector", "product = right", "packed = right")
        .contains("bfloat16 = vector")
        .containsPattern("oneDNN = present: 2\\.[0-9.]+, AVX2 kernels")
        .containsPattern(
            "OpenBLAS = present: OpenBLAS [0-9.]+, Haswell kernels, [0-9]+ threads\\R");
  }

  /** Weights in bfloat16 are widened where there are no products of it. */
  @Test
  void bfloat16RunsOnAnyProcessor() {
    assumeIntel();
    String said =
        ChildJvm.withVectorModule("-Dalign4j.isa=avx2", "-XX:UseAVX=2", "-Dalign4j.dtype=bfloat16")
            .run(MachineProbe.class);
    assertThat(said).contains("default = vector", "product = right");
  }

  @Test
  void capThatCameTooLateIsSaid() throws IOException {
    Path flags = Path.of("/proc/cpuinfo");
    assumeTrue(
        Files.exists(flags) && Files.readString(flags).contains(" avx512f"),
        "there is something to cap");
    String said =
        ChildJvm.withVectorModule("-Dalign4j.isa=avx2", "-XX:UseAVX=2")
            .environment("OPENBLAS_CORETYPE", "SkylakeX")
            .run(MachineProbe.class, "nd4j-first");
    assertThat(said)
        .contains("SkylakeX kernels")
        .contains("align4j.isa=avx2 came too late: it was loaded before");
  }

  @Test
  void oneDnnMayBeAbsent() {
    String said = ChildJvm.withVectorModule().withoutJars("dnnl-").run(MachineProbe.class);
    assertThat(said)
        .contains("default = vector", "product = right", "packed = right")
        .contains("bfloat16 = vector")
        .contains("oneDNN = absent: ");
  }

  /** As on platforms for which it was not built. */
  @Test
  void nativeCodeOfOneDnnMayBeAbsent() {
    String said = ChildJvm.withVectorModule().withoutNatives("dnnl").run(MachineProbe.class);
    assertThat(said)
        .contains("default = vector", "product = right", "packed = right")
        .contains("oneDNN = absent: ");
  }

  /** The loader on which oneDNN depends. */
  @Test
  void openClMayBeAbsent() {
    String said = ChildJvm.withVectorModule().withoutNatives("opencl").run(MachineProbe.class);
    assertThat(said).contains("default = vector", "product = right", "packed = right");
  }

  @Test
  void openBlasAndNd4jMayBeAbsent() {
    String said =
        ChildJvm.withVectorModule()
            .withoutNatives("openblas")
            .withoutNatives("nd4j-native")
            .run(MachineProbe.class);
    assertThat(said)
        .contains("default = vector", "product = right", "packed = right")
        .contains("nd4j = refused: backend \"nd4j\" cannot be started: ")
        .contains("OpenBLAS = absent: ");
  }

  @Test
  void capThatDoesNotExistIsNamed() {
    String before = System.getProperty(Backends.ISA_PROPERTY);
    System.setProperty(Backends.ISA_PROPERTY, "sse2");
    try {
      assertThatThrownBy(Isa::cap)
          .isInstanceOf(ConfigurationException.class)
          .hasMessage("align4j.isa is \"sse2\"; expected one of [native, avx512, avx2]");
    } finally {
      if (before == null) {
        System.clearProperty(Backends.ISA_PROPERTY);
      } else {
        System.setProperty(Backends.ISA_PROPERTY, before);
      }
    }
  }
}
