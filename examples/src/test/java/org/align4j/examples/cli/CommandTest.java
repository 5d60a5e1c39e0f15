package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of commands share: the fixture models, and what a command prints. */
abstract class CommandTest {
  static final ObjectMapper JSON = new ObjectMapper();
  static final Path FIXTURES = fixtures();

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream systemOut = System.out;
  private final PrintStream systemErr = System.err;

  private static Path fixtures() {
    try {
      return Path.of(CommandTest.class.getResource("/parity").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void capture() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setOut(systemOut);
    System.setErr(systemErr);
  }

  String model() {
    return FIXTURES.resolve("models/policy").toString();
  }

  /** What {@code --json} printed. */
  JsonNode lastLine() throws IOException {
    String[] lines = out.toString(StandardCharsets.UTF_8).strip().split("\n");
    return JSON.readTree(lines[lines.length - 1]);
  }

  String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
