package org.align4j.policy.backend;

import java.util.stream.Stream;
import org.align4j.policy.tck.BackendContract;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Every backend in this JVM. */
@Tag("lane")
@ParameterizedClass
@MethodSource("names")
class BackendContractTest extends BackendContract {
  private final Backend backend;

  BackendContractTest(String name) {
    backend = Backends.named(name);
  }

  static Stream<String> names() {
    // LaneTest says whether the module may be absent.
    return Backends.vectorModulePresent()
        ? Stream.of("vector", "portable", "nd4j")
        : Stream.of("portable", "nd4j");
  }

  @Override
  public Backend backend() {
    return backend;
  }
}
