package org.align4j.examples.terminal;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/** Asks the C library what Java does not tell: whether a stream is a terminal. */
final class Terminal {
  private static final int STANDARD_ERROR = 2;

  private Terminal() {}

  /** Whether what is written to standard error appears on a terminal. */
  static boolean hasStandardError() {
    try {
      Function isatty =
          Platform.isWindows()
              ? NativeLibrary.getInstance("msvcrt").getFunction("_isatty")
              : NativeLibrary.getProcess().getFunction("isatty");
      return isatty.invokeInt(new Object[] {STANDARD_ERROR}) != 0;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }
}
