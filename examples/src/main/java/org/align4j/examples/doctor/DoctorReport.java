package org.align4j.examples.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.KernelChoice;
import org.align4j.policy.backend.Library;
import org.align4j.policy.backend.MachineReport;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.hub.ModelResolver;

/**
 * What this machine has and which kernels run on it. Nothing that is absent is an error.
 *
 * @param backend name of the default backend, or null where none runs
 * @param lines what is there and what is not
 * @param kernels the choices of the default backend
 * @param models at hand, by name
 */
public record DoctorReport(
    String backend,
    List<Library> lines,
    List<KernelChoice> kernels,
    SortedMap<String, Path> models) {
  private static final long MEBIBYTE = 1 << 20;

  /**
   * Looks at the machine.
   *
   * @param progress for the resolver of models, which downloads nothing here
   * @return what was found
   */
  public static DoctorReport take(Progress.Factory progress) {
    MachineReport machine = MachineReport.take();
    ModelResolver resolver = new ModelResolver(progress);
    List<Library> lines = new ArrayList<>(machine.lines());
    lines.add(disk(resolver.cache()));
    SortedMap<String, Path> models = new TreeMap<>();
    lines.add(models(resolver, models));
    return new DoctorReport(machine.backend(), lines, machine.kernels(), models);
  }

  private static Library disk(Path cache) {
    Path there = cache.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    try {
      long free = there == null ? 0 : Files.getFileStore(there).getUsableSpace() / MEBIBYTE;
      return new Library("Cache folder", Files.exists(cache), cache + ", " + free + " MiB free");
    } catch (IOException e) {
      return new Library("Cache folder", false, cache + ": " + e.getMessage());
    }
  }

  private static Library models(ModelResolver resolver, SortedMap<String, Path> models) {
    try {
      models.putAll(resolver.atHand());
    } catch (ModelFileException e) {
      return new Library("Models", false, e.getMessage());
    }
    return models.isEmpty()
        ? new Library("Models", false, "none in the caches; the first run downloads one")
        : new Library("Models", true, String.join(", ", models.keySet()));
  }

  /** {@return the report for people: a line for each library, then one for each kernel} */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Library line : lines) {
      text.append(
          "%-18s %-4s %s%n".formatted(line.name(), line.present() ? "yes" : "no", line.detail()));
    }
    text.append("%n".formatted());
    if (backend != null && kernels.isEmpty()) {
      text.append("No choice of kernels: %s has one for everything.%n".formatted(backend));
    }
    for (KernelChoice kernel : kernels) {
      text.append("%s: %s (%s)%n".formatted(kernel.product(), kernel.kernel(), kernel.reason()));
    }
    return text.toString();
  }

  /**
   * {@return the report for programs: {@code backend}, {@code lines}, {@code kernels} and the names
   * of the {@code models}}
   */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("backend", backend);
    json.put("lines", lines);
    json.put("kernels", kernels);
    json.put("models", models.keySet());
    return json;
  }
}
