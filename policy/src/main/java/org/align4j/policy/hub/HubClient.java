package org.align4j.policy.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.align4j.core.net.BearerToken;
import org.align4j.core.net.Endpoints;
import org.align4j.core.run.Progress;

/**
 * Downloads model folders from a Hugging Face hub: resumable, with checksums where the hub has
 * them. The access token goes to the hub's own host only, never along a redirect, and is never
 * logged.
 */
public final class HubClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final int MAX_REDIRECTS = 5;
  private static final Pattern WANTED =
      Pattern.compile(
          "config\\.json|generation_config\\.json|tokenizer\\.json|tokenizer_config\\.json"
              + "|chat_template\\.jinja|model.*\\.safetensors|model\\.safetensors\\.index\\.json");

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final URI endpoint;
  private final BearerToken token;
  private final Progress.Factory progress;

  private record RemoteFile(String name, long size, String sha256) {}

  /**
   * A client.
   *
   * @param endpoint the hub's base address
   * @param token access token; {@link BearerToken#NONE} for public models
   * @param progress shows the download of each file
   */
  public HubClient(URI endpoint, BearerToken token, Progress.Factory progress) {
    this.endpoint = endpoint;
    this.token = token;
    this.progress = progress;
  }

  /**
   * Downloads what a model needs into a folder; files that are there and complete are kept.
   *
   * @param id {@code org/name}
   * @param folder is made if it is not there
   * @throws IOException if the hub cannot be reached, refuses, or sends other bytes than announced
   */
  public void download(String id, Path folder) throws IOException {
    List<RemoteFile> files = list(id);
    if (files.stream().noneMatch(file -> file.name().equals("config.json"))) {
      throw new IOException(id + ": the hub lists no config.json");
    }
    Files.createDirectories(folder);
    for (RemoteFile file : files) {
      Path target = folder.resolve(file.name());
      if (!Files.exists(target)) {
        fetch(id, file, target);
      }
    }
  }

  private List<RemoteFile> list(String id) throws IOException {
    try (InputStream body = get(endpoint.resolve("/api/models/" + id + "?blobs=true"), 0).body()) {
      List<RemoteFile> files = new ArrayList<>();
      for (JsonNode sibling : JSON.readTree(body).path("siblings")) {
        String name = sibling.path("rfilename").asText();
        if (WANTED.matcher(name).matches()) {
          files.add(
              new RemoteFile(
                  name,
                  sibling.path("size").asLong(-1),
                  sibling.path("lfs").path("sha256").asText("")));
        }
      }
      return files;
    }
  }

  private void fetch(String id, RemoteFile file, Path target) throws IOException {
    Path part = target.resolveSibling(file.name() + ".part");
    long have = Files.exists(part) ? Files.size(part) : 0;
    HttpResponse<InputStream> response =
        get(endpoint.resolve("/" + id + "/resolve/main/" + file.name()), have);
    boolean resumed = response.statusCode() == 206;
    long done = resumed ? have : 0;
    try (InputStream body = response.body();
        OutputStream out =
            Files.newOutputStream(
                part,
                StandardOpenOption.CREATE,
                resumed ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
        Progress bar = progress.start("download " + file.name(), Math.max(file.size(), done))) {
      bar.step(done);
      byte[] buffer = new byte[1 << 16];
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        out.write(buffer, 0, n);
        bar.step(n);
      }
    }
    verify(file, part);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void verify(RemoteFile file, Path part) throws IOException {
    long size = Files.size(part);
    if (file.size() >= 0 && size != file.size()) {
      throw new IOException(
          file.name()
              + ": received "
              + size
              + " of "
              + file.size()
              + " bytes; run again to go on from there");
    }
    if (!file.sha256().isEmpty() && !sha256(part).equals(file.sha256())) {
      Files.delete(part);
      throw new IOException(
          file.name() + ": checksum differs from the hub's; run again to reload it");
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<InputStream> get(URI start, long from) throws IOException {
    URI uri = start;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ANSWER);
      boolean toHub = uri.getAuthority().equals(endpoint.getAuthority());
      if (toHub && uri.getScheme().equals(endpoint.getScheme())) {
        token.authorize(request);
      }
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-");
      }
      HttpResponse<InputStream> response = send(request.build());
      int status = response.statusCode();
      if (status == 200 || status == 206) {
        return response;
      }
      response.body().close();
      String location = response.headers().firstValue("location").orElse("");
      if (status < 300 || status >= 400 || location.isEmpty()) {
        throw new IOException(uri.getPath() + ": the hub answers " + status + hint(status));
      }
      uri = Endpoints.redirect(uri, location).orElseThrow(badRedirect(uri));
    }
    throw new IOException(start.getPath() + ": too many redirects");
  }

  /** Signed addresses are secrets, so the message does not quote what the hub sent. */
  private static Supplier<IOException> badRedirect(URI from) {
    return () ->
        new IOException(from.getPath() + ": the hub redirects to what is no http(s) address");
  }

  private static String hint(int status) {
    return status == 401 || status == 403
        ? "; set HF_TOKEN to a token that may read this model"
        : status == 404 ? "; there is no such model or file" : "";
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
