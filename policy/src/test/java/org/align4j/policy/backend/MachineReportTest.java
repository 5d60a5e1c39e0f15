package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whatever is absent is a line with a reason. */
class MachineReportTest {

  /** Prints a report. */
  static final class Main {
    private Main() {}

    public static void main(String... arguments) {
      MachineReport report = MachineReport.take();
      for (Library line : report.lines()) {
        System.out.println(line.name() + (line.present() ? " yes: " : " no: ") + line.detail());
      }
      System.out.println("backend: " + report.backend());
      report.kernels().forEach(k -> System.out.println(k.product() + " by " + k.kernel()));
    }
  }

  @Test
  void saysWhatIsHere() {
    MachineReport report = MachineReport.take();
    assertThat(report.backend()).isEqualTo(Backends.defaultBackend().name());
    assertThat(report.lines())
        .extracting(Library::name)
        .contains("Java", "Processor", "Memory", "Vector module", "oneDNN", "OpenBLAS", "ND4J");
    assertThat(report.lines()).allSatisfy(line -> assertThat(line.detail()).isNotBlank());
    assertThat(report.lines())
        .filteredOn(line -> line.name().equals("Java"))
        .allMatch(line -> line.detail().contains(System.getProperty("java.version")));
  }

  @Test
  void doesNotFailWhereEverythingIsAbsent() {
    String said =
        ChildJvm.of()
            .withoutJars("dnnl-")
            .withoutNatives("openblas")
            .withoutNatives("nd4j-native")
            .environment("PATH", "")
            .run(Main.class);
    assertThat(said)
        .contains("Vector module no: the JVM was started without --add-modules")
        .contains("oneDNN no: ClassNotFoundException: org.bytedeco.dnnl")
        .contains("bfloat16 products no: oneDNN cannot be loaded")
        .contains("OpenBLAS no: UnsatisfiedLinkError")
        .contains("ND4J no: ")
        .contains("NVIDIA GPU no: no nvidia-smi on the PATH")
        .contains("backend: portable")
        .contains("all products by Java loops");
  }

  @Test
  void saysWhyNoBackendCanBeStarted() {
    String said = ChildJvm.of("-Dalign4j.backend=tpu").run(Main.class);
    assertThat(said)
        .contains("Default backend no: ConfigurationException: align4j.backend is \"tpu\"")
        .contains("backend: null");
  }
}
