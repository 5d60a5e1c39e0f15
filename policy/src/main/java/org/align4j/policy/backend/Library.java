package org.align4j.policy.backend;

/**
 * A library that kernels come from.
 *
 * @param name its name
 * @param present whether it can be used in this process
 * @param detail its version and what it runs here, or why it is not here
 */
public record Library(String name, boolean present, String detail) {

  /** One that cannot be used, with the failure that said so. */
  public static Library absent(String name, Throwable failure) {
    return new Library(name, false, reason(failure));
  }

  /** A failure in one line; of a class that did not start, what stopped it. */
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
