package org.align4j.policy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.Progress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelResolverTest {
  private static final byte[] WEIGHTS = "0123456789".repeat(500).getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private HttpServer hub;
  private final List<String> requests = new ArrayList<>();
  private String checksum;

  @BeforeEach
  void startHub() throws Exception {
    checksum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(WEIGHTS));
    hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          String range = exchange.getRequestHeaders().getFirst("Range");
          requests.add(
              path + " " + range + " " + exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] body = body(path);
          int status = body == null ? 404 : 200;
          if (body != null && range != null) {
            int from = Integer.parseInt(range.replaceAll("\\D", ""));
            body = Arrays.copyOfRange(body, from, body.length);
            status = 206;
          }
          exchange.sendResponseHeaders(status, body == null ? -1 : body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            if (body != null) {
              out.write(body);
            }
          }
        });
    hub.start();
  }

  private byte[] body(String path) {
    String list =
        "{\"siblings\":[{\"rfilename\":\"config.json\",\"size\":2},{\"rfilename\":\"README.md\",\"size\":9},"
            + "{\"rfilename\":\"model.safetensors\",\"size\":"
            + WEIGHTS.length
            + ",\"lfs\":{\"sha256\":\""
            + checksum
            + "\"}}]}";
    return switch (path) {
      case "/api/models/org/tiny" -> list.getBytes(StandardCharsets.UTF_8);
      case "/org/tiny/resolve/main/config.json" -> "{}".getBytes(StandardCharsets.UTF_8);
      case "/org/tiny/resolve/main/model.safetensors" -> WEIGHTS;
      default -> null;
    };
  }

  @AfterEach
  void stopHub() {
    hub.stop(0);
  }

  private ModelResolver resolver(String... more) {
    Map<String, String> environment = new java.util.HashMap<>();
    environment.put("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
    environment.put("ALIGN4J_CACHE", folder.resolve("cache").toString());
    environment.put("HF_HOME", folder.resolve("hf").toString());
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return new ModelResolver(Progress.SILENT, environment);
  }

  @Test
  void downloadsOnceWithTokenAndChecksum() {
    Path model = resolver("HF_TOKEN", "secret").resolve("org/tiny");
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(model.resolve("README.md")).doesNotExist();
    assertThat(requests).allMatch(request -> request.endsWith("Bearer secret"));
    int before = requests.size();
    assertThat(resolver().resolve("org/tiny")).isEqualTo(model);
    assertThat(requests).hasSize(before);
  }

  @Test
  void aTokenIsReadAsFromAFileAndNeverTold() {
    resolver("HF_TOKEN", "secret\n").resolve("org/tiny");
    assertThat(requests).allMatch(request -> request.endsWith("Bearer secret"));
    assertThatThrownBy(() -> resolver("HF_TOKEN", "sec\nret").resolve("org/other"))
        .hasMessageContaining("environment variable HF_TOKEN: the access token has a line break")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("sec\nret"));
    assertThatThrownBy(
            () -> resolver("HF_ENDPOINT", "http://me:secret@localhost").resolve("org/other"))
        .hasMessageContaining("environment variable HF_ENDPOINT holds a user or password")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("secret"));
  }

  @Test
  void interruptedDownloadGoesOn() throws IOException {
    Path target = folder.resolve("cache/hub/org/tiny");
    Files.createDirectories(target);
    Files.write(target.resolve("model.safetensors.part"), Arrays.copyOf(WEIGHTS, 1234));
    Path model = resolver().resolve("org/tiny");
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(requests).anyMatch(request -> request.contains("bytes=1234-"));
  }

  @Test
  void wrongChecksumIsRefusedAndReloaded() {
    checksum = "0".repeat(64);
    assertThatThrownBy(() -> resolver().resolve("org/tiny"))
        .hasMessageContaining("model.safetensors: checksum differs");
    assertThat(folder.resolve("cache/hub/org/tiny/model.safetensors")).doesNotExist();
  }

  @Test
  void hubCacheComesFirst() throws IOException {
    Path repository = folder.resolve("hf/hub/models--org--tiny");
    Path snapshot = repository.resolve("snapshots/abc");
    Files.createDirectories(snapshot);
    Files.writeString(snapshot.resolve("config.json"), "{}");
    Files.createDirectories(repository.resolve("refs"));
    Files.writeString(repository.resolve("refs/main"), "abc\n");
    assertThat(resolver().resolve("org/tiny")).isEqualTo(snapshot);
    assertThat(requests).isEmpty();
  }

  @Test
  void failuresSayWhatWasTried() {
    assertThatThrownBy(() -> resolver().resolve("org/none"))
        .hasMessageContaining("model \"org/none\": not in the hub cache")
        .hasMessageContaining("404; there is no such model");
    assertThatThrownBy(() -> resolver("HF_HUB_OFFLINE", "1").resolve("org/tiny"))
        .hasMessageContaining("HF_HUB_OFFLINE is set");
    assertThatThrownBy(() -> resolver().resolve("no-such-file.gguf"))
        .hasMessageContaining("no such file or folder");
  }

  @Test
  void listsWhatItFindsWithoutTheNetwork() throws IOException {
    ModelResolver resolver = resolver();
    assertThat(resolver.atHand()).isEmpty();
    Path downloaded = resolver.resolve("org/tiny");
    Path snapshots = folder.resolve("hf/hub/models--other--small-model/snapshots/abc");
    Files.createDirectories(snapshots);
    Files.writeString(snapshots.resolve("config.json"), "{}");
    Files.createDirectories(folder.resolve("cache/hub/org/unfinished"));
    assertThat(resolver.atHand())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("org/tiny", downloaded, "other/small-model", snapshots));
  }
}
