package org.align4j.policy.backend;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.align4j.policy.backend.internal.Blas;
import org.align4j.policy.backend.internal.Gpu;
import org.align4j.policy.backend.internal.Isa;
import org.align4j.policy.backend.internal.Processor;
import org.align4j.policy.backend.internal.Threads;
import org.align4j.policy.backend.internal.onednn.OneDnn;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What this machine has, and which kernels run on it. Whatever is absent is a line that says why;
 * nothing that is absent makes the report fail.
 *
 * @param lines what was found and what was not
 * @param backend the default backend's name, or null if none can be started
 * @param kernels which of its kernels make which product, and why
 */
public record MachineReport(List<Library> lines, String backend, List<KernelChoice> kernels) {
  private static final String VECTOR_WIDTH_CLASS =
      "org.align4j.policy.backend.internal.vector.VectorWidth";
  private static final String CUDA_CLASS = "org.nd4j.linalg.jcublas.JCublasBackend";
  private static final long MEBIBYTE = 1 << 20;

  /**
   * Asks the machine; loads every native library that is here, which takes a few seconds.
   *
   * @return the report
   */
  public static MachineReport take() {
    List<Library> lines = new ArrayList<>();
    lines.add(safely("Java", MachineReport::java));
    lines.add(safely("System", MachineReport::system));
    lines.add(safely("Processor", MachineReport::processor));
    lines.add(safely("Caches", MachineReport::caches));
    lines.add(safely("Memory", MachineReport::memory));
    lines.add(safely("Vector module", MachineReport::vectorModule));
    lines.add(safely("align4j.isa", MachineReport::cap));
    lines.add(safely("oneDNN", OneDnn::library));
    lines.add(safely("bfloat16 products", MachineReport::bfloat16));
    lines.add(safely("OpenBLAS", Blas::library));
    lines.add(safely("ND4J", MachineReport::nd4j));
    lines.add(safely("nd4j-cuda", MachineReport::cuda));
    lines.add(safely("NVIDIA GPU", Gpu::find));
    Backend[] chosen = new Backend[1];
    lines.add(safely("Default backend", () -> defaultBackend(chosen)));
    return new MachineReport(
        List.copyOf(lines),
        chosen[0] == null ? null : chosen[0].name(),
        chosen[0] == null ? List.of() : chosen[0].kernels());
  }

  private static Library safely(String name, Supplier<Library> question) {
    try {
      return question.get();
    } catch (RuntimeException | LinkageError e) {
      return Library.absent(name, e);
    }
  }

  private static Library java() {
    return new Library(
        "Java",
        true,
        System.getProperty("java.version")
            + ", "
            + System.getProperty("java.vm.name")
            + ", heap up to "
            + Runtime.getRuntime().maxMemory() / MEBIBYTE
            + " MiB");
  }

  private static Library system() {
    String text =
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch");
    return new Library("System", true, text);
  }

  private static Library processor() {
    String threads =
        Runtime.getRuntime().availableProcessors()
            + " processors, "
            + Threads.COUNT
            + " threads of the engine";
    Optional<Processor> found = Processor.current();
    if (found.isEmpty()) {
      return new Library("Processor", true, "no /proc/cpuinfo to tell its name; " + threads);
    }
    String flags = String.join(" ", found.get().flags());
    return new Library("Processor", true, found.get().model() + "; " + threads + "; " + flags);
  }

  private static Library caches() {
    List<String> caches = Processor.caches();
    return caches.isEmpty()
        ? new Library("Caches", false, "the system does not tell")
        : new Library("Caches", true, String.join(", ", caches));
  }

  private static Library memory() {
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      return new Library(
          "Memory",
          true,
          system.getTotalMemorySize() / MEBIBYTE
              + " MiB, of which "
              + system.getFreeMemorySize() / MEBIBYTE
              + " MiB are unused");
    }
    return new Library("Memory", false, "this JVM does not tell");
  }

  private static Library vectorModule() {
    String name = "Vector module";
    if (!Backends.vectorModulePresent()) {
      return new Library(
          name, false, "the JVM was started without --add-modules jdk.incubator.vector");
    }
    try {
      int bits =
          Class.forName(VECTOR_WIDTH_CLASS)
              .asSubclass(IntSupplier.class)
              .getDeclaredConstructor()
              .newInstance()
              .getAsInt();
      return new Library(name, true, bits + " bits: " + bits / Float.SIZE + " floats");
    } catch (ReflectiveOperationException e) {
      return Library.absent(name, e);
    }
  }

  private static Library cap() {
    Isa cap = Isa.cap();
    return new Library(
        Isa.PROPERTY,
        cap != Isa.NATIVE,
        cap == Isa.NATIVE ? "no cap on native kernels" : "native kernels up to " + cap.label());
  }

  private static Library bfloat16() {
    boolean present = OneDnn.supports(Precision.BFLOAT16);
    String detail =
        present
            ? "by oneDNN, in backend vector"
            : OneDnn.absence(Precision.BFLOAT16)
                + "; backend vector widens weights that it keeps so";
    return new Library("bfloat16 products", present, detail);
  }

  private static Library nd4j() {
    return new Library("ND4J", true, Nd4j.getBackend().getClass().getSimpleName());
  }

  private static Library cuda() {
    try {
      Class.forName(CUDA_CLASS, false, MachineReport.class.getClassLoader());
      return new Library("nd4j-cuda", true, "on the class path");
    } catch (ClassNotFoundException e) {
      return new Library("nd4j-cuda", false, "not on the class path (docs/gpu.md)");
    }
  }

  private static Library defaultBackend(Backend[] chosen) {
    chosen[0] = Backends.defaultBackend();
    String forced = System.getProperty(Backends.PROPERTY);
    String why = forced == null ? "chosen for this JVM" : "asked for by " + Backends.PROPERTY;
    return new Library(
        "Default backend",
        true,
        chosen[0].name() + ", " + chosen[0].precision().label() + " (" + why + ")");
  }
}
