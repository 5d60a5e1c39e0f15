package org.align4j.policy.backend;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.backend.internal.Isa;
import org.align4j.policy.backend.internal.nd4j.Nd4jBackend;
import org.align4j.policy.backend.internal.portable.PortableBackend;
import org.align4j.policy.backend.internal.scalar.ScalarBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the backend: the system property {@code align4j.backend} ({@code vector}, {@code
 * portable}, {@code scalar}, {@code nd4j}) or, without it, {@code vector} where it can run and
 * {@code portable} elsewhere, with a warning that says why. A forced choice that cannot run is an
 * error, never a silent fallback.
 */
public final class Backends {
  /** The system property that forces a backend. */
  public static final String PROPERTY = "align4j.backend";

  /** The system property that sets the {@link Precision} of the default backend. */
  public static final String DTYPE_PROPERTY = "align4j.dtype";

  /**
   * The system property that caps the instruction set of oneDNN and OpenBLAS: {@code native}
   * (default), {@code avx512} or {@code avx2}. The JVM's own cap is {@code -XX:UseAVX=2}.
   */
  public static final String ISA_PROPERTY = Isa.PROPERTY;

  /** Every name that {@link #named} knows. */
  public static final List<String> NAMES = List.of("vector", "portable", "scalar", "nd4j");

  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
  private static final String VECTOR_CLASS =
      "org.align4j.policy.backend.internal.vector.VectorBackend";

  /** Made by the first who asks; a choice that fails is an error for everybody who asks. */
  private static Backend chosen;

  private Backends() {}

  /**
   * {@return the backend that this JVM uses by default; made once}
   *
   * @throws IllegalStateException if a backend or a dtype that was asked for cannot run here
   * @throws org.align4j.core.ConfigurationException if a property of it has a value that does not
   *     exist
   */
  public static synchronized Backend defaultBackend() {
    if (chosen == null) {
      chosen = choose();
    }
    return chosen;
  }

  /**
   * {@return a backend by name, in float32}
   *
   * @param name such as {@code vector} or {@code scalar}
   */
  public static Backend named(String name) {
    return named(name, Precision.FLOAT32);
  }

  /**
   * {@return a backend by name}
   *
   * @param name such as {@code vector} or {@code scalar}
   * @param precision of products with frozen weights; only {@code vector} has other ones than
   *     float32
   */
  public static Backend named(String name, Precision precision) {
    if (precision != Precision.FLOAT32 && !name.equals("vector")) {
      throw new ConfigurationException(
          "backend \"" + name + "\" has no dtype " + precision + "; \"vector\" has");
    }
    return switch (name) {
      case "vector" -> vector(precision);
      case "portable" -> new PortableBackend();
      case "scalar" -> new ScalarBackend();
      case "nd4j" -> nd4j();
      default ->
          throw new ConfigurationException(
              PROPERTY + " is \"" + name + "\"; expected one of " + NAMES);
    };
  }

  /**
   * {@return whether {@code jdk.incubator.vector} is there: by {@code --add-modules}, or added
   * since the JVM started, as align4j's launcher does}
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
      if (e.getCause() instanceof ConfigurationException setting) {
        throw setting;
      }
      throw cannotStart("vector", e.getCause());
    } catch (ReflectiveOperationException | LinkageError e) {
      throw cannotStart("vector", e);
    }
  }

  private static Backend nd4j() {
    try {
      return new Nd4jBackend();
    } catch (LinkageError | RuntimeException e) {
      throw cannotStart("nd4j", e);
    }
  }

  private static IllegalStateException cannotStart(String name, Throwable cause) {
    return new IllegalStateException(
        "backend \"" + name + "\" cannot be started: " + Library.reason(cause), cause);
  }

  private static Backend choose() {
    String forced = System.getProperty(PROPERTY);
    Precision precision =
        Precision.of(System.getProperty(DTYPE_PROPERTY, Precision.FLOAT32.label()));
    if (forced != null) {
      LOG.info("backend {} (forced by -D{})", forced, PROPERTY);
      return named(forced, precision);
    }
    if (precision != Precision.FLOAT32) {
      return named("vector", precision);
    }
    try {
      Backend vector = named("vector");
      LOG.info("backend vector (jdk.incubator.vector is present)");
      return vector;
    } catch (IllegalStateException e) {
      // Not by SLF4J: without a provider of it, the reason for a slow run would be lost.
      System.getLogger(Backends.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "backend portable takes the place of the faster vector: {0}",
              e.getMessage());
      return named("portable");
    }
  }
}
