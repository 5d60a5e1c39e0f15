package org.align4j.policy.backend.internal.onednn;

import org.align4j.policy.backend.Precision;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;

/**
 * A product x · Wᵀ of x [rows, inputs] and a packed W [outputs, inputs].
 *
 * <p>oneDNN's inner product, not its matmul, which has the same kernels but in 2.5.2 computes with
 * a layout other than the one it was given where there is a single block.
 */
record ProductShape(Precision precision, int rows, int inputs, int outputs) {

  ProductShape {
    if (outputs % OneDnn.BLOCK != 0) {
      throw new IllegalArgumentException(outputs + " outputs are not whole blocks");
    }
  }

  /** A product that every kernel can do. */
  static ProductShape probe(Precision precision) {
    return new ProductShape(precision, 16, 64, OneDnn.BLOCK);
  }

  memory.desc source() {
    return new memory.desc(new long[] {rows, inputs}, OneDnn.type(precision), memory.format_tag.ab);
  }

  memory.desc weights() {
    return new memory.desc(
        new long[] {outputs, inputs}, OneDnn.type(precision), OneDnn.packedLayout(precision));
  }

  memory.desc target() {
    return new memory.desc(new long[] {rows, outputs}, memory.data_type.f32, memory.format_tag.ab);
  }

  /**
   * What oneDNN makes of it. Its own scratch memory belongs to the thread that created a primitive,
   * so the caller provides it.
   */
  inner_product_forward.primitive_desc primitive(engine cpu) {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    return new inner_product_forward.primitive_desc(
        new inner_product_forward.desc(
            dnnl.prop_kind.forward_inference, source(), weights(), target()),
        attributes,
        cpu,
        false);
  }

  /** The name of the kernel that oneDNN chooses. */
  String implementation(engine cpu) {
    return primitive(cpu).impl_info_str().getString();
  }
}
