package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A JVM of its own, for what a process decides once: flags, modules and native libraries. */
final class ChildJvm {
  private static final String SEPARATOR = System.getProperty("path.separator");

  private final List<String> flags = new ArrayList<>();
  private final Map<String, String> environment = new java.util.HashMap<>();
  private String classPath = System.getProperty("java.class.path");

  /** With the vector module, as the launcher starts it. */
  static ChildJvm withVectorModule(String... flags) {
    return of(flags).flag("--add-modules").flag("jdk.incubator.vector");
  }

  /** As a program starts it whose author knows nothing of the vector module. */
  static ChildJvm of(String... flags) {
    ChildJvm jvm = new ChildJvm();
    jvm.flags.addAll(List.of(flags));
    return jvm;
  }

  private ChildJvm flag(String flag) {
    flags.add(flag);
    return this;
  }

  ChildJvm environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Takes the jars whose names begin so from its class path. */
  ChildJvm withoutJars(String prefix) {
    List<String> entries = List.of(classPath.split(SEPARATOR));
    List<String> left =
        entries.stream().filter(e -> !new File(e).getName().startsWith(prefix)).toList();
    assertThat(left).as("there are jars named %s...", prefix).hasSizeLessThan(entries.size());
    classPath = String.join(SEPARATOR, left);
    return this;
  }

  /** Takes the jars with native code of a library from its class path; its classes stay. */
  ChildJvm withoutNatives(String library) {
    List<String> entries = List.of(classPath.split(SEPARATOR));
    List<String> left =
        entries.stream()
            .filter(
                e -> !new File(e).getName().matches(library + "-[0-9].*-(linux|macosx|windows)-.*"))
            .toList();
    assertThat(left).as("there are natives of %s", library).hasSizeLessThan(entries.size());
    classPath = String.join(SEPARATOR, left);
    return this;
  }

  /** Runs a main class, which must succeed, and gives what it printed, errors included. */
  String run(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-Xmx1g");
    command.add("-cp");
    command.add(classPath);
    command.add(main.getName());
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
      String shown =
          command.stream().filter(c -> !c.equals(classPath)).collect(Collectors.joining(" "));
      assertThat(process.exitValue()).as("%s%n%s", shown, output).isZero();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
