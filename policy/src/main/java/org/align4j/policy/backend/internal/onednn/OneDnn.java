package org.align4j.policy.backend.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_amx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_sse41;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_set_max_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_version;

import java.util.EnumMap;
import java.util.Map;
import org.align4j.policy.backend.Library;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.internal.Isa;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The oneDNN library: whether it is here, and what it does fast on this processor. */
public final class OneDnn {
  /** Outputs that a block of a packed weight holds. */
  static final int BLOCK = 64;

  private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);
  private static final String NAME = "oneDNN";

  private static final Map<Integer, String> ISA_NAMES =
      Map.of(
          dnnl_cpu_isa_sse41, "SSE4.1",
          dnnl_cpu_isa_avx, "AVX",
          dnnl_cpu_isa_avx2, "AVX2",
          dnnl_cpu_isa_avx512_core, "AVX-512",
          dnnl_cpu_isa_avx512_core_vnni, "AVX-512 with VNNI",
          dnnl_cpu_isa_avx512_core_bf16, "AVX-512 with bfloat16",
          dnnl_cpu_isa_avx512_core_amx, "AVX-512 with AMX");

  private OneDnn() {}

  /**
   * Whether products of this precision run on its batch-reduce kernels here. Other kernels of it do
   * not read packed weights, so they are no use.
   */
  public static boolean supports(Precision precision) {
    return !Loaded.ABSENT.containsKey(precision);
  }

  /** Why a precision that is not supported is not. */
  public static String absence(Precision precision) {
    return Loaded.ABSENT.get(precision);
  }

  /** Whether oneDNN is here, its version and the instruction set that it uses. */
  public static Library library() {
    return Loaded.LIBRARY;
  }

  static engine engine() {
    return Loaded.ENGINE;
  }

  static memory.data_type type(Precision precision) {
    return precision == Precision.BFLOAT16 ? memory.data_type.bf16 : memory.data_type.f32;
  }

  /** Blocks of outputs, one after another; in each the inputs in order. */
  static memory.format_tag packedLayout(Precision precision) {
    return precision == Precision.BFLOAT16
        ? memory.format_tag.AB8b64a2b
        : memory.format_tag.AB16b64a;
  }

  private static final class Loaded {
    private static final engine ENGINE;
    private static final Library LIBRARY;

    /** Why a precision has no fast kernels; one that is not in it has. */
    private static final Map<Precision, String> ABSENT = new EnumMap<>(Precision.class);

    static {
      engine started = null;
      Library library;
      Isa cap = Isa.cap();
      try {
        int status = dnnl_set_max_cpu_isa(newest(cap));
        started = new engine(engine.kind.cpu, 0);
        OpenMp.restore(OpenMp.alone());
        for (Precision precision : Precision.values()) {
          probe(precision, started);
        }
        String late =
            status == 0 ? "" : "; " + Isa.PROPERTY + " came too late: it was in use before";
        library = new Library(NAME, true, version() + ", " + effectiveIsa() + " kernels" + late);
      } catch (LinkageError | RuntimeException e) {
        LOG.info("no oneDNN here ({}); kernels in Java take its place", e.toString());
        started = null;
        library = Library.absent(NAME, e);
        for (Precision precision : Precision.values()) {
          ABSENT.put(precision, "oneDNN cannot be loaded: " + library.detail());
        }
      }
      ENGINE = started;
      LIBRARY = library;
    }

    /** Newer instruction sets want other layouts, which have not been tried. */
    private static int newest(Isa cap) {
      return switch (cap) {
        case NATIVE -> dnnl_cpu_isa_avx512_core_bf16;
        case AVX512 -> dnnl_cpu_isa_avx512_core;
        case AVX2 -> dnnl_cpu_isa_avx2;
      };
    }

    private static void probe(Precision precision, engine candidate) {
      try {
        String kernel = ProductShape.probe(precision).implementation(candidate);
        if (!kernel.startsWith("brgemm:")) {
          ABSENT.put(
              precision,
              "oneDNN's kernel for it on "
                  + effectiveIsa()
                  + " is "
                  + kernel
                  + ", which does not read packed weights");
        }
      } catch (RuntimeException e) {
        // It throws where it has no kernel at all.
        ABSENT.put(precision, "oneDNN has no kernel for it on " + effectiveIsa());
        LOG.debug("oneDNN's answer for {}", precision, e);
      }
    }

    private static String version() {
      dnnl_version_t version = dnnl_version();
      return version.major() + "." + version.minor() + "." + version.patch();
    }

    private static String effectiveIsa() {
      int isa = dnnl_get_effective_cpu_isa();
      String known = ISA_NAMES.get(isa);
      return known == null ? "instruction set 0x" + Integer.toHexString(isa) : known;
    }
  }
}
