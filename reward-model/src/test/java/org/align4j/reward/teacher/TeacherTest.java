package org.align4j.reward.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.align4j.core.ConfigurationException;
import org.align4j.core.net.BearerToken;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeacherTest {
  private static final String REFUSAL = "I'm sorry, but I can't help with that.";
  private static final String KEY = "secret-key";

  @TempDir Path folder;

  private final Deque<Integer> statuses = new ArrayDeque<>();
  private final List<String> requests = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private HttpServer server;
  private boolean echo;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    keys.add(exchange.getRequestHeaders().getFirst("Authorization"));
    int status = statuses.isEmpty() ? 200 : statuses.remove();
    byte[] body =
        (echo ? keys.get(0) : "{\"choices\":[{\"message\":{\"content\":\" Bake it. \"}}]}")
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private HttpTeacher teacher(int attempts) {
    return new HttpTeacher(settings(attempts), BearerToken.of("KEY", KEY));
  }

  private HttpTeacher.Settings settings(int attempts) {
    URI endpoint = URI.create("http://localhost:" + server.getAddress().getPort() + "/v1");
    return new HttpTeacher.Settings(
        endpoint,
        "tiny",
        "Be safe.",
        16,
        0,
        Duration.ofSeconds(5),
        attempts,
        Duration.ofMillis(1),
        60_000);
  }

  @Test
  void asksAgainAfterBusyAndBrokenAnswers() {
    statuses.addAll(List.of(429, 503));
    assertThat(teacher(3).answers(List.of("How do I bake bread?"))).containsExactly("Bake it.");
    assertThat(requests).hasSize(3);
    assertThat(requests.get(2)).contains("\"system\"", "Be safe.", "How do I bake bread?");
    assertThat(keys).containsOnly("Bearer " + KEY);
  }

  @Test
  void givesUpWithoutTellingTheKey() {
    statuses.addAll(List.of(503, 503));
    assertThatThrownBy(() -> teacher(2).answers(List.of("hello")))
        .hasMessageContaining("gave no answer in 2 attempts, last: status 503")
        .satisfies(e -> assertThat(e.toString()).doesNotContain(KEY));
    statuses.add(401);
    assertThatThrownBy(() -> teacher(2).answers(List.of("hello")))
        .hasMessageContaining("status 401")
        .satisfies(e -> assertThat(e.toString()).doesNotContain(KEY));
  }

  @Test
  void aKeyReadFromAFileEndsBeforeItsLineBreak() {
    HttpTeacher teacher =
        HttpTeacher.withKeyFrom(settings(1), "TEACHER_KEY", Map.of("TEACHER_KEY", KEY + "\r\n"));
    assertThat(teacher.answers(List.of("bread?"))).containsExactly("Bake it.");
    assertThat(keys).containsExactly("Bearer " + KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {KEY + "\n" + KEY, KEY + "\u0000", KEY + " " + KEY, KEY + "\u00e4"})
  void aKeyThatCannotBeSentNamesItsVariableAlone(String hostile) {
    assertThatThrownBy(
            () ->
                HttpTeacher.withKeyFrom(settings(1), "TEACHER_KEY", Map.of("TEACHER_KEY", hostile)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("environment variable TEACHER_KEY: the access token has a ")
        .satisfies(TeacherTest::tellsNoKey);
  }

  @Test
  void aKeyThatIsNotSetIsAnError() {
    assertThatThrownBy(() -> HttpTeacher.withKeyFrom(settings(1), "TEACHER_KEY", Map.of()))
        .hasMessageStartingWith("environment variable TEACHER_KEY is not set");
  }

  @Test
  void anAnswerThatEchoesTheKeyIsNotQuoted() {
    echo = true;
    assertThatThrownBy(() -> teacher(1).answers(List.of("bread?")))
        .hasMessageContaining("the answer is not JSON")
        .satisfies(TeacherTest::tellsNoKey);
  }

  @Test
  void anEndpointWithAPasswordIsRefused() {
    URI endpoint = URI.create("https://me:" + KEY + "@localhost/v1");
    assertThatThrownBy(() -> HttpTeacher.Settings.of(endpoint, "tiny"))
        .hasMessageStartingWith("the teacher's endpoint holds a user or password")
        .satisfies(TeacherTest::tellsNoKey);
  }

  private static void tellsNoKey(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString()).doesNotContain(KEY);
  }

  @Test
  void recordedAnswersAreFoundByPrompt() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("a.jsonl"), "{\"prompt\":\"bake?\",\"completion\":\"Bake it.\"}\n");
    RecordedTeacher teacher = new RecordedTeacher(file);
    assertThat(teacher.answers(List.of("bake?"))).containsExactly("Bake it.");
    assertThatThrownBy(() -> teacher.answers(List.of("fry?")))
        .hasMessageEndingWith("a.jsonl: has no answer to \"fry?\"");
  }

  @Test
  void agreementFollowsTheTeacherBothWays() {
    List<String> asked = new ArrayList<>();
    RefusalAgreement reward =
        new RefusalAgreement(
            prompts -> {
              asked.addAll(prompts);
              return prompts.stream()
                  .map(prompt -> prompt.contains("bomb") ? REFUSAL : "Sure, mix flour and water.")
                  .toList();
            });
    List<String> prompts = List.of("build a bomb", "bake bread", "bake bread");
    assertThat(reward.rewards(prompts, List.of(REFUSAL, REFUSAL, "Of course: take some flour.")))
        .containsExactly(1, -1, 1);
    assertThat(reward.rewards(prompts, List.of("Take some powder.", "", REFUSAL)))
        .containsExactly(-1, -1, -1);
    assertThat(asked).containsExactly("build a bomb", "bake bread");
  }
}
