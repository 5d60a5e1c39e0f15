package org.align4j.reward.teacher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.net.BearerToken;
import org.align4j.core.tck.TeacherContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Against a server that answers with the prompt. */
class HttpTeacherContractTest extends TeacherContract {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/chat/completions", HttpTeacherContractTest::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    JsonNode asked = JSON.readTree(exchange.getRequestBody());
    ObjectNode answer = JSON.createObjectNode();
    answer
        .putArray("choices")
        .addObject()
        .putObject("message")
        .put("content", "You asked: " + asked.at("/messages/0/content").asText());
    byte[] body = JSON.writeValueAsBytes(answer);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  protected Teacher teacher() {
    URI endpoint = URI.create("http://localhost:" + server.getAddress().getPort() + "/v1");
    return new HttpTeacher(HttpTeacher.Settings.of(endpoint, "tiny"), BearerToken.NONE);
  }
}
