package org.align4j.policy.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.policy.backend.Tensor;

/** Reads a safetensors file, or all shards that {@code model.safetensors.index.json} names. */
public final class SafetensorsReader implements WeightSource {
  private record Located(MappedFile file, SafetensorsHeader header) {}

  private final List<MappedFile> files = new ArrayList<>();
  private final Map<String, Located> tensors = new LinkedHashMap<>();
  private final Path origin;

  private SafetensorsReader(Path origin, Set<Path> paths) {
    this.origin = origin;
    try {
      for (Path path : paths) {
        MappedFile file = new MappedFile(path);
        files.add(file);
        SafetensorsHeader header = SafetensorsHeader.read(file);
        header.tensors().keySet().forEach(name -> tensors.put(name, new Located(file, header)));
      }
    } catch (RuntimeException e) {
      files.forEach(MappedFile::close);
      throw e;
    }
  }

  /**
   * Opens a single file.
   *
   * @param file {@code .safetensors}
   * @return the reader; the caller closes it
   */
  public static SafetensorsReader open(Path file) {
    return new SafetensorsReader(file, Set.of(file));
  }

  /**
   * Opens {@code model.safetensors} of a folder, or its shards.
   *
   * @param folder of a model
   * @return the reader; the caller closes it
   */
  public static SafetensorsReader openFolder(Path folder) {
    Path single = folder.resolve("model.safetensors");
    if (Files.exists(single)) {
      return open(single);
    }
    Path index = folder.resolve("model.safetensors.index.json");
    if (!Files.exists(index)) {
      throw new ModelFileException(
          folder + ": has neither model.safetensors nor model.safetensors.index.json");
    }
    Set<Path> shards = new LinkedHashSet<>();
    try {
      JsonNode map = new ObjectMapper().readTree(index.toFile()).path("weight_map");
      for (JsonNode shard : map) {
        Path path = folder.resolve(shard.asText()).normalize();
        if (!path.startsWith(folder.normalize())) {
          throw new ModelFileException(
              index + ": shard \"" + shard.asText() + "\" leaves the folder");
        }
        shards.add(path);
      }
    } catch (IOException e) {
      throw new ModelFileException(index + ": cannot be read: " + e.getMessage(), e);
    }
    if (shards.isEmpty()) {
      throw new ModelFileException(index + ": \"weight_map\" names no shard");
    }
    return new SafetensorsReader(index, shards);
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  private SafetensorsHeader.Entry entry(String name) {
    Located located = tensors.get(name);
    if (located == null) {
      throw new ModelFileException(origin + ": tensor \"" + name + "\" is missing");
    }
    return located.header().tensors().get(name);
  }

  @Override
  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  @Override
  public void read(String name, Tensor target) {
    SafetensorsHeader.Entry entry = entry(name);
    Located located = tensors.get(name);
    WeightSource.requireShape(located.file().path().toString(), name, entry.shape(), target);
    ByteBuffer data =
        located
            .file()
            .map(located.header().dataStart() + entry.begin(), entry.end() - entry.begin());
    int columns = target.columns();
    WeightSource.fill(
        target,
        () ->
            (r, row) -> {
              int at = r * columns;
              for (int j = 0; j < columns; j++) {
                row[j] =
                    switch (entry.type()) {
                      case F32 -> data.getFloat((at + j) * 4);
                      case F16 -> FloatFormat.half(data, (at + j) * 2);
                      case BF16 -> FloatFormat.bfloat16(data.getShort((at + j) * 2));
                    };
              }
            });
  }

  @Override
  public void close() {
    files.forEach(MappedFile::close);
  }
}
