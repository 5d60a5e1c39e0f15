package org.align4j.policy.backend.internal.onednn;

import org.align4j.policy.backend.Precision;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;

/** A product [rows, inputs] · [inputs, outputs], whose second operand is packed. */
record MatmulShape(Precision precision, int rows, int inputs, int outputs) {

  MatmulShape {
    if (rows < 2 || outputs < OneDnn.MIN_BLOCKS * OneDnn.BLOCK || outputs % OneDnn.BLOCK != 0) {
      throw new IllegalArgumentException(
          "no reliable kernel for " + rows + " x " + inputs + " x " + outputs);
    }
  }

  /** A product that every kernel can do. */
  static MatmulShape probe(Precision precision) {
    return new MatmulShape(precision, 16, 64, OneDnn.MIN_BLOCKS * OneDnn.BLOCK);
  }

  memory.desc source() {
    return new memory.desc(new long[] {rows, inputs}, OneDnn.type(precision), memory.format_tag.ab);
  }

  memory.desc weights() {
    return new memory.desc(
        new long[] {inputs, outputs}, OneDnn.type(precision), OneDnn.packedLayout(precision));
  }

  memory.desc target() {
    return new memory.desc(new long[] {rows, outputs}, memory.data_type.f32, memory.format_tag.ab);
  }

  /**
   * What oneDNN makes of it. Its own scratch memory belongs to the thread that created a primitive,
   * so the caller provides it.
   */
  matmul.primitive_desc primitive(engine cpu) {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    return new matmul.primitive_desc(
        new matmul.desc(source(), weights(), target()), attributes, cpu, false);
  }

  /** The name of the kernel that oneDNN chooses. */
  String implementation(engine cpu) {
    return primitive(cpu).impl_info_str().getString();
  }
}
