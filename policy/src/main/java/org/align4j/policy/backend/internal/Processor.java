package org.align4j.policy.backend.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What Linux says of the processor. Other systems are asked nothing.
 *
 * @param model its name, or the architecture where Linux has none
 * @param flags those that decide which kernels run
 */
public record Processor(String model, List<String> flags) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");

  private static final List<String> KNOWN =
      List.of(
          "avx",
          "avx2",
          "fma",
          "f16c",
          "avx512f",
          "avx512bw",
          "avx512vl",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "avx_vnni",
          "amx_bf16",
          "amx_int8",
          "asimd",
          "asimddp",
          "sve",
          "sve2",
          "bf16",
          "i8mm");

  /** This machine's, or nothing where there is no {@code /proc/cpuinfo}. */
  public static Optional<Processor> current() {
    try {
      return Files.isReadable(CPU_INFO)
          ? Optional.of(parse(Files.readString(CPU_INFO)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reads the text of {@code /proc/cpuinfo}. */
  static Processor parse(String text) {
    String model = System.getProperty("os.arch");
    List<String> flags = List.of();
    for (String line : text.split("\n")) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String key = line.substring(0, colon).strip();
      String value = line.substring(colon + 1).strip();
      if (key.equals("model name")) {
        model = value;
      } else if (key.equals("flags") || key.equals("Features")) {
        List<String> all = Arrays.asList(value.split("\\s+"));
        flags = KNOWN.stream().filter(all::contains).toList();
      }
    }
    return new Processor(model, flags);
  }

  /** The caches of the first core, as in {@code "L1 Data 48K"}; empty where Linux has none. */
  public static List<String> caches() {
    List<String> out = new ArrayList<>();
    if (!Files.isDirectory(CACHES)) {
      return out;
    }
    try (Stream<Path> indices = Files.list(CACHES)) {
      for (Path index : indices.sorted().toList()) {
        if (Files.isReadable(index.resolve("size"))) {
          out.add(
              "L" + read(index, "level") + " " + read(index, "type") + " " + read(index, "size"));
        }
      }
    } catch (IOException e) {
      out.clear();
    }
    return out;
  }

  private static String read(Path folder, String file) throws IOException {
    return Files.readString(folder.resolve(file)).strip();
  }
}
