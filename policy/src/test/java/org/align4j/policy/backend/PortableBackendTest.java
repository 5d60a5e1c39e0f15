package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What an embedder gets who forgot the JVM flag. */
class PortableBackendTest {
  private static final String WARNING =
      "backend portable takes the place of the faster vector: backend \"vector\" needs the JVM flag"
          + " --add-modules jdk.incubator.vector";

  @Test
  void isTheDefaultWithoutTheVectorModuleAndSaysSoOnce() {
    String said = ChildJvm.of().run(MachineProbe.class);
    assertThat(said)
        .contains("default = portable", "product = right", "packed = right")
        .containsOnlyOnce(WARNING);
  }

  /** SLF4J drops warnings where nobody provides a logger. */
  @Test
  void warnsWithoutAnyLoggingLibrary() {
    String said = ChildJvm.of().withoutJars("slf4j-simple").run(MachineProbe.class);
    assertThat(said).contains("default = portable").containsOnlyOnce(WARNING);
  }

  @Test
  void nobodyIsWarnedWhoAskedForIt() {
    String said = ChildJvm.withVectorModule("-Dalign4j.backend=portable").run(MachineProbe.class);
    assertThat(said).contains("default = portable").doesNotContain("takes the place");
  }

  /** As on a platform for which none of the native libraries was built. */
  @Test
  void computesWithoutOpenBlas() {
    String said = ChildJvm.of().withoutNatives("openblas").run(MachineProbe.class);
    assertThat(said)
        .contains("default = portable", "product = right", "packed = right")
        .contains("OpenBLAS = absent: ");
  }

  @Test
  void hasNoOtherDtype() {
    String said = ChildJvm.of("-Dalign4j.dtype=bfloat16").run(MachineProbe.class);
    assertThat(said)
        .contains("default = refused: backend \"vector\" needs the JVM flag --add-modules");
  }
}
