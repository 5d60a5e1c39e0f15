package org.align4j.examples.cli;

/**
 * What the launcher starts: adds the vector module, then runs the command line.
 *
 * <p>{@code --add-modules jdk.incubator.vector} makes every JVM greet with a warning that no flag
 * turns off. The JDK's own way of adding a module later, which java.instrument uses for agents,
 * gives the same module in the same class loader without it. It is internal, so the launcher opens
 * it by {@code --add-exports java.base/jdk.internal.module=ALL-UNNAMED}.
 */
public final class Launch {
  private static final String MODULE = "jdk.incubator.vector";

  private Launch() {}

  /**
   * Runs a command line and exits with its code.
   *
   * @param arguments as typed
   */
  public static void main(String... arguments) {
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, MODULE);
    } catch (ReflectiveOperationException | RuntimeException e) {
      System.err.println(
          "align4j: this Java does not add the module %s to a running JVM (%s); set ALIGN4J_JAVA_OPTS=--add-modules=%s"
              .formatted(MODULE, e, MODULE));
    }
    Align4j.main(arguments);
  }
}
