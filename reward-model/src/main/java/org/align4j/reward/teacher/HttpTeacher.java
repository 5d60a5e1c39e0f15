package org.align4j.reward.teacher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.core.ConfigurationException;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.net.BearerToken;
import org.align4j.core.net.Endpoints;

/**
 * A model behind an OpenAI-compatible chat endpoint. Requests are spaced by a rate limit and
 * repeated after timeouts, 429 and 5xx with growing pauses. The key is sent as a bearer token and
 * stands in no message or log.
 */
public final class HttpTeacher implements Teacher {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;
  private static final int OK = 200;

  private final Settings settings;
  private final BearerToken key;
  private final HttpClient client;
  private long nextRequest;

  /**
   * How the endpoint is asked.
   *
   * @param endpoint base address, such as {@code http://localhost:8000/v1}; it stands in messages,
   *     so one with a password or a query is refused
   * @param model its name there
   * @param systemPrompt instruction before every prompt; may be empty
   * @param maxTokens most tokens of an answer
   * @param temperature 0 = greedy
   * @param timeout of one request
   * @param attempts requests before giving up, ≥ 1
   * @param pause before the second attempt; doubled each time
   * @param requestsPerMinute limit; 0 = none
   */
  public record Settings(
      URI endpoint,
      String model,
      String systemPrompt,
      int maxTokens,
      double temperature,
      Duration timeout,
      int attempts,
      Duration pause,
      int requestsPerMinute) {

    /**
     * Refuses an address that may hold a secret.
     *
     * @param endpoint base address, such as {@code http://localhost:8000/v1}; it stands in
     *     messages, so one with a password or a query is refused
     * @param model its name there
     * @param systemPrompt instruction before every prompt; may be empty
     * @param maxTokens most tokens of an answer
     * @param temperature 0 = greedy
     * @param timeout of one request
     * @param attempts requests before giving up, ≥ 1
     * @param pause before the second attempt; doubled each time
     * @param requestsPerMinute limit; 0 = none
     */
    public Settings {
      Endpoints.require("the teacher's endpoint", endpoint);
    }

    /**
     * {@return usual settings: 60 s, four attempts, no limit}
     *
     * @param endpoint base address of an OpenAI-compatible service
     * @param model name of the model there
     */
    public static Settings of(URI endpoint, String model) {
      return new Settings(
          endpoint, model, "", 256, 0, Duration.ofSeconds(60), 4, Duration.ofSeconds(1), 0);
    }
  }

  /**
   * Makes a teacher.
   *
   * @param settings address, model and limits
   * @param key sent with every request; {@link BearerToken#NONE} where none is needed
   */
  public HttpTeacher(Settings settings, BearerToken key) {
    this.settings = settings;
    this.key = key;
    client = HttpClient.newBuilder().connectTimeout(settings.timeout()).build();
  }

  /**
   * {@return the same with the key from an environment variable}
   *
   * @param settings address, model and limits
   * @param variable name of the environment variable
   * @throws ConfigurationException if it is not set, blank, or nothing that a header can carry; the
   *     message names the variable and not its value
   */
  public static HttpTeacher withKeyFrom(Settings settings, String variable) {
    return withKeyFrom(settings, variable, System.getenv());
  }

  static HttpTeacher withKeyFrom(
      Settings settings, String variable, Map<String, String> environment) {
    String source = "environment variable " + variable;
    BearerToken key = BearerToken.of(source, environment.getOrDefault(variable, ""));
    if (key.isNone()) {
      throw new ConfigurationException(
          source + " is not set; it must hold the teacher's access token");
    }
    return new HttpTeacher(settings, key);
  }

  @Override
  public List<String> answers(List<String> prompts) {
    List<String> out = new ArrayList<>(prompts.size());
    for (String prompt : prompts) {
      out.add(answer(prompt));
    }
    return out;
  }

  private String answer(String prompt) {
    Duration pause = settings.pause();
    String failure = "";
    for (int attempt = 1; attempt <= settings.attempts(); attempt++) {
      waitForTurn();
      try {
        HttpResponse<String> response =
            client.send(request(prompt), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == OK) {
          return content(response.body());
        }
        failure = "status " + response.statusCode();
        if (response.statusCode() != TOO_MANY_REQUESTS && response.statusCode() < SERVER_ERROR) {
          throw new IOException(settings.endpoint() + ": " + failure);
        }
      } catch (HttpTimeoutException | ConnectException e) {
        failure = e.getClass().getSimpleName();
      } catch (IOException e) {
        throw new UncheckedIOException("teacher " + e.getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for the teacher", e);
      }
      if (attempt < settings.attempts()) {
        sleep(pause);
        pause = pause.multipliedBy(2);
      }
    }
    throw new UncheckedIOException(
        new IOException(
            "teacher "
                + settings.endpoint()
                + ": gave no answer in "
                + settings.attempts()
                + " attempts, last: "
                + failure));
  }

  private HttpRequest request(String prompt) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", settings.model());
    body.put("max_tokens", settings.maxTokens());
    body.put("temperature", settings.temperature());
    var messages = body.putArray("messages");
    if (!settings.systemPrompt().isEmpty()) {
      messages.addObject().put("role", "system").put("content", settings.systemPrompt());
    }
    messages.addObject().put("role", "user").put("content", prompt);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(settings.endpoint() + "/chat/completions"))
            .timeout(settings.timeout())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    key.authorize(request);
    return request.build();
  }

  private String content(String body) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      // The parser's message quotes the answer, and a server may echo the request with its key.
      throw new IOException(settings.endpoint() + ": the answer is not JSON");
    }
    JsonNode content = root.path("choices").path(0).path("message").path("content");
    if (!content.isTextual()) {
      throw new IOException(settings.endpoint() + ": the answer has no choices[0].message.content");
    }
    return content.textValue().strip();
  }

  private void waitForTurn() {
    if (settings.requestsPerMinute() > 0) {
      long now = System.nanoTime();
      if (nextRequest > now) {
        sleep(Duration.ofNanos(nextRequest - now));
      }
      nextRequest =
          Math.max(now, nextRequest)
              + Duration.ofMinutes(1).dividedBy(settings.requestsPerMinute()).toNanos();
    }
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the teacher", e);
    }
  }
}
