package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * This JVM is what its lane (the property {@code align4j.lane} of a Maven profile) claims: a lane
 * that runs on something else would prove nothing.
 */
@Tag("lane")
class LaneTest {
  private static final String LANE = System.getProperty("align4j.lane", "native");
  private static final Map<String, Library> FOUND = new HashMap<>();

  @BeforeAll
  static void look() {
    for (Library line : MachineReport.take().lines()) {
      FOUND.put(line.name(), line);
      System.out.printf(
          "lane %s: %-18s %-4s %s%n",
          LANE, line.name(), line.present() ? "yes" : "no", line.detail());
    }
  }

  private static void present(String name, String text) {
    assertThat(FOUND.get(name).present()).as("%s", FOUND.get(name)).isTrue();
    assertThat(FOUND.get(name).detail()).contains(text);
  }

  private static void absent(String name) {
    assertThat(FOUND.get(name).present()).as("%s", FOUND.get(name)).isFalse();
  }

  private static void runsOn(String backend) {
    assertThat(Backends.defaultBackend().name()).isEqualTo(backend);
  }

  @Test
  void jvmIsWhatTheLaneClaims() {
    switch (LANE) {
      case "native" -> {
        present("Vector module", "bits");
        absent(Backends.ISA_PROPERTY);
        runsOn("vector");
      }
      case "avx2" -> {
        present("Vector module", "256 bits");
        present(Backends.ISA_PROPERTY, "avx2");
        present("oneDNN", "AVX2 kernels");
        present("OpenBLAS", "Haswell kernels");
        runsOn("vector");
      }
      case "no-vector-module" -> {
        absent("Vector module");
        runsOn("portable");
      }
      case "no-onednn" -> {
        absent("oneDNN");
        for (String library : new String[] {"dnnl.global.dnnl", "opencl.global.OpenCL"}) {
          assertThatThrownBy(() -> Class.forName("org.bytedeco." + library))
              .isInstanceOf(ClassNotFoundException.class);
        }
        runsOn("vector");
      }
      case "java25" -> {
        assertThat(Runtime.version().feature()).isGreaterThanOrEqualTo(25);
        runsOn("vector");
      }
      default -> throw new AssertionError("there is no lane \"" + LANE + "\"");
    }
  }
}
