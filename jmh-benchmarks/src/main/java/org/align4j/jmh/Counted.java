package org.align4j.jmh;

/** A benchmark that knows its work, so that its time becomes a share of what the machine can do. */
interface Counted {
  /**
   * The work of one call, with the parameters as they are set.
   *
   * @param method the benchmark method's name
   */
  Work work(String method);
}
