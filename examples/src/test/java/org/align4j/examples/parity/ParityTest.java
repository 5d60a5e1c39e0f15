package org.align4j.examples.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.policy.backend.Backends;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("lane")
class ParityTest {
  @TempDir Path folder;

  private static Path own() {
    try {
      return Path.of(ParityTest.class.getResource("/parity").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Models are compared on it; {@code LaneTest} of policy checks the rest of a lane's claims. */
  @Test
  void runsOnTheBackendOfItsLane() {
    String lane = System.getProperty("align4j.lane", "native");
    System.out.println("lane " + lane + ": parity on " + Backends.defaultBackend().name());
    assertThat(Backends.defaultBackend().name())
        .isEqualTo(lane.equals("no-vector-module") ? "portable" : "vector");
  }

  /** Made by docs/parity/make_fixtures.py with the pinned peers. */
  @Test
  void ownFixturesPass() {
    List<CaseResult> results = Parity.run(own(), result -> {});
    assertThat(results).hasSizeGreaterThan(12).allMatch(result -> result.verdict().equals("pass"));
  }

  @Test
  void sharedFixturesPassWhereTheyAreAtHand() {
    Path shared = Path.of(System.getProperty("align4j.shared", "../shared")).resolve("fixtures");
    assumeTrue(Files.isDirectory(shared), () -> "no shared fixtures at " + shared);
    List<CaseResult> results = Parity.run(shared, result -> {});
    assertThat(results).noneMatch(result -> result.verdict().equals("fail"));
    assertThat(results.stream().filter(r -> r.name().matches("objectives/(dpo|sft)-.*")))
        .isNotEmpty()
        .allMatch(result -> result.verdict().equals("pass"));
    assertThat(results.stream().map(r -> r.name() + " " + r.verdict()))
        .contains(
            "models/llama pass",
            "models/llama3-rope pass",
            "models/policy pass",
            "models/adapter pass");
  }

  /** A comparison that cannot fail would prove nothing. */
  @Test
  void perturbedExpectationsFail() throws IOException {
    try (Stream<Path> files = Files.walk(own())) {
      for (Path file : files.toList()) {
        Path target = folder.resolve(own().relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    Path objective = folder.resolve("objectives/dpo-sigmoid.json");
    Files.writeString(
        objective, Files.readString(objective).replaceFirst("\"beta\": 0.1", "\"beta\": 0.1003"));
    List<CaseResult> results = Parity.run(folder, result -> {});
    assertThat(results.stream().filter(result -> result.verdict().equals("fail")))
        .extracting(CaseResult::name)
        .containsExactly("objectives/dpo-sigmoid");
  }
}
