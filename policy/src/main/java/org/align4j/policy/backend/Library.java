package org.align4j.policy.backend;

/**
 * A library that kernels come from, or something else that a machine may have.
 *
 * @param name its name
 * @param present whether it is here and can be used in this process
 * @param detail its version and what it runs here, or why it is not here
 */
public record Library(String name, boolean present, String detail) {

  /**
   * {@return one that cannot be used, with the failure that said so}
   *
   * @param name of the library
   * @param failure why it cannot be used
   */
  public static Library absent(String name, Throwable failure) {
    return new Library(name, false, reason(failure));
  }

  /**
   * {@return a failure in one line; of a class that did not start, what stopped it}
   *
   * @param failure what was thrown
   */
  public static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && (root.getMessage() == null || isWrapper(root))) {
      root = root.getCause();
    }
    String text = root.getMessage();
    String kind = root.getClass().getSimpleName();
    return text == null ? kind : kind + ": " + text.lines().findFirst().orElse("");
  }

  private static boolean isWrapper(Throwable failure) {
    return failure instanceof ExceptionInInitializerError
        || failure instanceof NoClassDefFoundError;
  }
}
