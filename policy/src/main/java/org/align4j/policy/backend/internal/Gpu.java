package org.align4j.policy.backend.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.align4j.policy.backend.Library;

/** Which GPU the system's driver shows. */
public final class Gpu {
  private static final String NAME = "NVIDIA GPU";
  private static final int SECONDS = 10;

  private Gpu() {}

  /** Name, memory, compute capability and driver, or why there is none. */
  public static Library find() {
    return ask(
        "nvidia-smi",
        "--query-gpu=name,memory.total,compute_cap,driver_version",
        "--format=csv,noheader");
  }

  static Library ask(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Library(NAME, false, command[0] + " did not answer in " + SECONDS + " seconds");
      }
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      boolean found = process.exitValue() == 0 && !said.isEmpty();
      String text = String.join("; ", said.lines().toList());
      return new Library(NAME, found, found ? text : command[0] + " found none: " + text);
    } catch (IOException e) {
      return new Library(NAME, false, "no " + command[0] + " on the PATH");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Library(NAME, false, "interrupted while " + command[0] + " was asked");
    }
  }
}
