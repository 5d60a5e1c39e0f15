package org.align4j.policy.backend.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_set_max_cpu_isa;

import java.util.EnumSet;
import java.util.Set;
import org.align4j.policy.backend.Precision;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The oneDNN library: whether it is here, and what it does fast on this processor. */
public final class OneDnn {
  /** Outputs that a block of a packed weight holds. */
  static final int BLOCK = 64;

  private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);

  private OneDnn() {}

  /**
   * Whether products of this precision run on its batch-reduce kernels here. Other kernels of it do
   * not read packed weights, so they are no use.
   */
  public static boolean supports(Precision precision) {
    return Loaded.FAST.contains(precision);
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
    private static final Set<Precision> FAST = EnumSet.noneOf(Precision.class);

    static {
      engine started = null;
      try {
        // Newer instruction sets want other layouts, which have not been tried.
        dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core_bf16);
        started = new engine(engine.kind.cpu, 0);
        probe(started);
      } catch (LinkageError e) {
        LOG.info("no oneDNN for this platform ({}); kernels in Java take its place", e.toString());
      }
      ENGINE = started;
    }

    private static void probe(engine candidate) {
      for (Precision precision : Precision.values()) {
        if (ProductShape.probe(precision).implementation(candidate).startsWith("brgemm:")) {
          FAST.add(precision);
        }
      }
    }
  }
}
