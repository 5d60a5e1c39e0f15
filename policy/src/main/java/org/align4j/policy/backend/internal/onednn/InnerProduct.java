package org.align4j.policy.backend.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import java.lang.ref.Reference;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;

/** A compiled product of one shape, for one thread. */
final class InnerProduct {
  private final dnnl_primitive primitive;
  private final dnnl_memory source;
  private final dnnl_memory weights;
  private final dnnl_memory target;
  private final dnnl_memory scratch;

  /** Owns what the handles above stand for. */
  private final Pointer[] owners;

  private final long scratchBytes;
  private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(4);

  InnerProduct(ProductShape shape) {
    engine cpu = OneDnn.engine();
    inner_product_forward.primitive_desc description = shape.primitive(cpu);
    memory.desc scratchpad = description.scratchpad_desc();
    scratchBytes = scratchpad.get_size();
    inner_product_forward product = new inner_product_forward(description);
    memory from = new memory(description.src_desc(), cpu, null);
    memory packed = new memory(description.weights_desc(), cpu, null);
    memory to = new memory(description.dst_desc(), cpu, null);
    memory between = new memory(scratchpad, cpu, null);
    owners = new Pointer[] {product, from, packed, to, between};
    // Every call of get() makes an object.
    primitive = product.get();
    source = argument(0, DNNL_ARG_SRC, from);
    weights = argument(1, DNNL_ARG_WEIGHTS, packed);
    target = argument(2, DNNL_ARG_DST, to);
    scratch = argument(3, DNNL_ARG_SCRATCHPAD, between);
    arguments.position(0);
  }

  private dnnl_memory argument(int index, int name, memory value) {
    dnnl_memory handle = value.get();
    arguments.position(index).arg(name).memory(handle);
    return handle;
  }

  long scratchBytes() {
    return scratchBytes;
  }

  /** target = source · weights. */
  void run(dnnl_stream queue, Pointer from, Pointer packed, Pointer to, Pointer scratchpad) {
    try {
      dnnl_memory_set_data_handle(source, from);
      dnnl_memory_set_data_handle(weights, packed);
      dnnl_memory_set_data_handle(target, to);
      dnnl_memory_set_data_handle(scratch, scratchpad);
      int status = dnnl_primitive_execute(primitive, queue, 4, arguments);
      if (status != 0) {
        throw new IllegalStateException("oneDNN failed with status " + status);
      }
    } finally {
      Reference.reachabilityFence(owners);
    }
  }
}
