package org.align4j.policy.backend;

import java.util.List;
import org.align4j.policy.backend.internal.nd4j.Nd4jBackend;
import org.align4j.policy.backend.internal.scalar.ScalarBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the backend: the system property {@code align4j.backend} ({@code vector}, {@code scalar},
 * {@code nd4j}) or, without it, {@code vector} where the incubator module is present and {@code
 * scalar} elsewhere. A forced choice that cannot run is an error, never a silent fallback.
 */
public final class Backends {
  /** The system property that forces a backend. */
  public static final String PROPERTY = "align4j.backend";

  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
  private static final String VECTOR_CLASS =
      "org.align4j.policy.backend.internal.vector.VectorBackend";

  private Backends() {}

  /** The backend that this JVM uses by default; made once. */
  public static Backend defaultBackend() {
    return Holder.INSTANCE;
  }

  /** A backend by name. */
  public static Backend named(String name) {
    return switch (name) {
      case "vector" -> vector();
      case "scalar" -> new ScalarBackend();
      case "nd4j" -> new Nd4jBackend();
      default ->
          throw new IllegalArgumentException(
              PROPERTY
                  + " is \""
                  + name
                  + "\"; expected one of "
                  + List.of("vector", "scalar", "nd4j"));
    };
  }

  /** Whether the JVM was started with {@code --add-modules jdk.incubator.vector}. */
  public static boolean vectorModulePresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static Backend vector() {
    if (!vectorModulePresent()) {
      throw new IllegalStateException(
          "backend \"vector\" needs the JVM flag --add-modules jdk.incubator.vector");
    }
    try {
      return Class.forName(VECTOR_CLASS)
          .asSubclass(Backend.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("backend \"vector\" cannot be started", e);
    }
  }

  private static Backend choose() {
    String forced = System.getProperty(PROPERTY);
    if (forced != null) {
      LOG.info("backend {} (forced by -D{})", forced, PROPERTY);
      return named(forced);
    }
    if (vectorModulePresent()) {
      LOG.info("backend vector (jdk.incubator.vector is present)");
      return named("vector");
    }
    LOG.warn(
        "backend scalar, which is slow: start the JVM with --add-modules jdk.incubator.vector for the"
            + " fast one");
    return named("scalar");
  }

  private static final class Holder {
    static final Backend INSTANCE = choose();
  }
}
