package org.align4j.policy.backend;

import java.lang.reflect.InvocationTargetException;
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

  /** The system property that sets the {@link Precision} of the default backend. */
  public static final String DTYPE_PROPERTY = "align4j.dtype";

  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
  private static final String VECTOR_CLASS =
      "org.align4j.policy.backend.internal.vector.VectorBackend";

  private Backends() {}

  /** The backend that this JVM uses by default; made once. */
  public static Backend defaultBackend() {
    return Holder.INSTANCE;
  }

  /** A backend by name, in float32. */
  public static Backend named(String name) {
    return named(name, Precision.FLOAT32);
  }

  /**
   * A backend by name.
   *
   * @param precision of products with frozen weights; only {@code vector} has other ones than
   *     float32
   */
  public static Backend named(String name, Precision precision) {
    if (precision != Precision.FLOAT32 && !name.equals("vector")) {
      throw new IllegalArgumentException(
          "backend \"" + name + "\" has no dtype " + precision + "; \"vector\" has");
    }
    return switch (name) {
      case "vector" -> vector(precision);
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

  /**
   * Whether {@code jdk.incubator.vector} is there: by {@code --add-modules}, or added since the JVM
   * started, as align4j's launcher does.
   */
  public static boolean vectorModulePresent() {
    try {
      Class.forName("jdk.incubator.vector.Vector", false, Backends.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Backend vector(Precision precision) {
    if (!vectorModulePresent()) {
      throw new IllegalStateException(
          "backend \"vector\" needs the JVM flag --add-modules jdk.incubator.vector");
    }
    try {
      return Class.forName(VECTOR_CLASS)
          .asSubclass(Backend.class)
          .getDeclaredConstructor(Precision.class)
          .newInstance(precision);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalStateException unsupported) {
        throw unsupported;
      }
      throw new IllegalStateException("backend \"vector\" cannot be started", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("backend \"vector\" cannot be started", e);
    }
  }

  private static Backend choose() {
    String forced = System.getProperty(PROPERTY);
    Precision precision =
        Precision.of(System.getProperty(DTYPE_PROPERTY, Precision.FLOAT32.label()));
    if (forced != null) {
      LOG.info("backend {} (forced by -D{})", forced, PROPERTY);
      return named(forced, precision);
    }
    if (vectorModulePresent()) {
      LOG.info("backend vector (jdk.incubator.vector is present)");
      return named("vector", precision);
    }
    LOG.warn(
        "backend scalar, which is slow: start the JVM with --add-modules jdk.incubator.vector for the"
            + " fast one");
    return named("scalar", precision);
  }

  private static final class Holder {
    static final Backend INSTANCE = choose();
  }
}
