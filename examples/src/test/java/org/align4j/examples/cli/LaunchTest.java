package org.align4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The command line in a JVM of its own, with the flags that both launchers give it. */
class LaunchTest extends CommandTest {
  private static final int FIRST_WITH_MORE_FLAGS = 24;

  private record Ended(int code, String out, String err) {}

  private Ended launch(String input, String... arguments) throws IOException, InterruptedException {
    Path launcher = root().resolve("launcher");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + launcher.resolve("jvm.args"));
    if (Runtime.version().feature() >= FIRST_WITH_MORE_FLAGS) {
      command.add("@" + launcher.resolve("jvm-24.args"));
    }
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(Launch.class.getName());
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    return new Ended(process.waitFor(), Files.readString(out), Files.readString(err));
  }

  /** The folder with the launchers; tests run in a module's. */
  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    return Files.exists(folder.resolve("launcher")) ? folder : folder.getParent();
  }

  @Test
  void nothingGreetsAConversation() throws Exception {
    Ended chat = launch("hello\n\n", "chat", "--model", model(), "--max-new-tokens", "2");
    // Without the vector module the portable backend would be warned of here.
    assertThat(chat.err()).isEqualTo("> > ");
    assertThat(chat.code()).isZero();
    assertThat(chat.out()).isNotEmpty();
  }

  @Test
  void exitCodesPassThrough() throws Exception {
    Ended wrong = launch("", "parity", folder.toString(), "--no-such-option");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).startsWith("align4j: Unknown option");
    assertThat(launch("", "parity", folder.toString()).code()).isEqualTo(1);
  }

  @Test
  void aLogGetsLinesInsteadOfBars() throws Exception {
    Path ids = Files.writeString(folder.resolve("ids.json"), "[[1,5,6,7],[1,8,9]]");
    Ended run =
        launch(
            "",
            "logprobs",
            "--model",
            model(),
            "--ids",
            ids.toString(),
            "--out",
            folder.resolve("out.json").toString());
    assertThat(run.code()).isZero();
    assertThat(run.err()).doesNotContain("\r").contains("log-probs: 2 of 2 (100%) after ");
  }

  @Test
  void bothLaunchersStartTheSameClassesWithTheSameFlags() throws IOException {
    for (String name : List.of("align4j", "align4j.cmd")) {
      String script = Files.readString(root().resolve(name)).replace('\\', '/');
      assertThat(script)
          .as(name)
          .contains(Launch.class.getName(), "org.align4j.jmh.Jmh", "ALIGN4J_JAVA_OPTS")
          .contains("launcher/jvm.args", "launcher/jvm-24.args", "OPENBLAS_THREAD_TIMEOUT")
          .contains("--add-modules jdk.incubator.vector", "-Dmaven.test.skip=true");
    }
  }
}
