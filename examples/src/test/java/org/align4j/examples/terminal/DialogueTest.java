package org.align4j.examples.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DialogueTest {
  private final InputStream systemIn = System.in;
  private final PrintStream systemOut = System.out;
  private final PrintStream systemErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void release() {
    System.setIn(systemIn);
    System.setOut(systemOut);
    System.setErr(systemErr);
  }

  private void run(String typed) throws IOException {
    System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    Dialogue.run(line -> "you said " + line);
  }

  @Test
  void anEmptyLineEndsIt() throws IOException {
    run("one\nzwö\n\nthree\n");
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("you said one", "you said zwö");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("> > > ");
  }

  @Test
  void theEndOfInputEndsIt() throws IOException {
    run("one");
    assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("you said one");
  }
}
