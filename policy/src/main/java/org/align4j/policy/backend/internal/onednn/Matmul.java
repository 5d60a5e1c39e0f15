package org.align4j.policy.backend.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/** A compiled product of one shape, for one thread. */
final class Matmul {
  private final matmul primitive;
  private final memory source;
  private final memory weights;
  private final memory target;
  private final memory scratch;
  private final long scratchBytes;
  private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(4);

  Matmul(MatmulShape shape) {
    engine cpu = OneDnn.engine();
    matmul.primitive_desc description = shape.primitive(cpu);
    primitive = new matmul(description);
    source = new memory(description.src_desc(), cpu, null);
    weights = new memory(description.weights_desc(), cpu, null);
    target = new memory(description.dst_desc(), cpu, null);
    memory.desc scratchpad = description.scratchpad_desc();
    scratch = new memory(scratchpad, cpu, null);
    scratchBytes = scratchpad.get_size();
    argument(0, DNNL_ARG_SRC, source);
    argument(1, DNNL_ARG_WEIGHTS, weights);
    argument(2, DNNL_ARG_DST, target);
    argument(3, DNNL_ARG_SCRATCHPAD, scratch);
    arguments.position(0);
  }

  private void argument(int index, int name, memory value) {
    arguments.position(index).arg(name).memory(value.get());
  }

  long scratchBytes() {
    return scratchBytes;
  }

  /** target = source · weights. */
  void run(stream queue, Pointer from, Pointer packed, Pointer to, Pointer scratchpad) {
    dnnl_memory_set_data_handle(source.get(), from);
    dnnl_memory_set_data_handle(weights.get(), packed);
    dnnl_memory_set_data_handle(target.get(), to);
    dnnl_memory_set_data_handle(scratch.get(), scratchpad);
    int status = dnnl_primitive_execute(primitive.get(), queue.get(), 4, arguments);
    if (status != 0) {
      throw new IllegalStateException("oneDNN failed with status " + status);
    }
  }
}
