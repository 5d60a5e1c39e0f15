package org.align4j.policy.backend.internal;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.align4j.core.ConfigurationException;

/**
 * The newest instruction set that native libraries may use: the system property {@code
 * align4j.isa}. Kernels in Java follow the JVM's own cap, {@code -XX:UseAVX=2}.
 */
public enum Isa {
  /** Whatever the processor has. */
  NATIVE("native", null),
  /** AVX-512 without bfloat16. */
  AVX512("avx512", "SkylakeX"),
  /** 256-bit vectors with FMA. */
  AVX2("avx2", "Haswell");

  /** The system property. */
  public static final String PROPERTY = "align4j.isa";

  private static final String CORE_VARIABLE = "OPENBLAS_CORETYPE";

  /** OpenBLAS's names of processors with AVX-512. */
  private static final Set<String> WIDE_CORES = Set.of("skylakex", "cooperlake", "sapphirerapids");

  private final String label;

  /** OpenBLAS's name of the newest processor without more. */
  private final String core;

  Isa(String label, String core) {
    this.label = label;
    this.core = core;
  }

  /** The name in the property. */
  public String label() {
    return label;
  }

  /**
   * What the property says.
   *
   * @throws ConfigurationException if it says anything else than a label
   */
  public static Isa cap() {
    String asked = System.getProperty(PROPERTY, NATIVE.label);
    for (Isa isa : values()) {
      if (isa.label.equals(asked)) {
        return isa;
      }
    }
    List<String> known = Arrays.stream(values()).map(isa -> isa.label).toList();
    throw new ConfigurationException(PROPERTY + " is \"" + asked + "\"; expected one of " + known);
  }

  /**
   * Tells OpenBLAS which kernels to take. OpenBLAS reads its environment when it is loaded and has
   * no other way to be told; this does nothing if it has been loaded before.
   */
  public static void chooseOpenBlasKernels() {
    if (Platform.isWindows()) {
      return;
    }
    cap()
        .openBlasCore(System.getenv(CORE_VARIABLE), Processor.current())
        .ifPresent(
            core ->
                NativeLibrary.getProcess()
                    .getFunction("setenv")
                    .invokeInt(new Object[] {CORE_VARIABLE, core, 1}));
  }

  /**
   * The kernels to ask for, by OpenBLAS's name of a processor; empty = what the environment says,
   * or else what OpenBLAS finds. OpenBLAS 0.3.19 does not know later processors: on Sapphire Rapids
   * it takes SSE kernels, at a quarter of the rate, and on others with AVX-512 Cooper Lake's, which
   * are a tenth slower than SkylakeX's.
   *
   * @param set what the environment says; null = nothing
   */
  Optional<String> openBlasCore(String set, Optional<Processor> processor) {
    if (set != null && !exceeds(set)) {
      return Optional.empty();
    }
    List<String> flags = processor.map(Processor::flags).orElse(List.of());
    if (flags.contains("avx512f") && this != AVX2) {
      return Optional.of(AVX512.core);
    }
    boolean avx2 = flags.contains("avx2") && flags.contains("fma");
    // Other systems than Linux do not show flags; OpenBLAS finds its kernels unless there is a cap.
    return avx2 || (processor.isEmpty() && this == AVX2)
        ? Optional.of(AVX2.core)
        : Optional.empty();
  }

  /** Whether a processor, by OpenBLAS's name, has more than this. */
  boolean exceeds(String coreName) {
    boolean wide = WIDE_CORES.contains(coreName.toLowerCase(Locale.ROOT));
    return switch (this) {
      case NATIVE -> false;
      case AVX512 -> wide && !coreName.equalsIgnoreCase(core);
      case AVX2 -> wide;
    };
  }
}
