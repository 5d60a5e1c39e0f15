package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.align4j.policy.backend.KernelChoice;
import org.align4j.policy.backend.Library;
import org.align4j.policy.backend.MachineReport;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.hub.ModelResolver;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Prints what this machine has, and which kernels run on it and why.")
final class DoctorCommand implements Callable<Integer> {
  private static final long MEBIBYTE = 1 << 20;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    MachineReport machine = MachineReport.take();
    ModelResolver resolver = new ModelResolver(Bars.FACTORY);
    List<Library> lines = new ArrayList<>(machine.lines());
    lines.add(disk(resolver.cache()));
    SortedMap<String, Path> models = new TreeMap<>();
    lines.add(models(resolver, models));
    lines.forEach(DoctorCommand::print);
    System.out.println();
    if (machine.backend() != null && machine.kernels().isEmpty()) {
      System.out.println("No choice of kernels: " + machine.backend() + " has one for everything.");
    }
    for (KernelChoice kernel : machine.kernels()) {
      System.out.printf("%s: %s (%s)%n", kernel.product(), kernel.kernel(), kernel.reason());
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("backend", machine.backend());
    json.put("lines", lines);
    json.put("kernels", machine.kernels());
    json.put("models", models.keySet());
    output.print(json);
    return 0;
  }

  private static void print(Library line) {
    System.out.printf("%-18s %-4s %s%n", line.name(), line.present() ? "yes" : "no", line.detail());
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
}
