package org.align4j.examples.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** A conversation on the terminal; an empty line or end of input ends it. */
public final class Dialogue {
  private static final String PROMPT = "> ";

  private Dialogue() {}

  /**
   * Reads lines from standard input and prints the answers. The prompt is on standard error.
   *
   * @param answering says something to each line, such as {@code session::say}
   * @throws IOException if standard input cannot be read
   */
  public static void run(UnaryOperator<String> answering) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.err.print(PROMPT);
    for (String line = lines.readLine(); line != null && !line.isBlank(); line = lines.readLine()) {
      System.out.println(answering.apply(line));
      System.err.print(PROMPT);
    }
  }
}
