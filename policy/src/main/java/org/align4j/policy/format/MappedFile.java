package org.align4j.policy.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A read-only file whose regions are memory-mapped, little-endian; each region is below 2 GiB. */
final class MappedFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final Map<Region, ByteBuffer> regions = new ConcurrentHashMap<>();

  private record Region(long from, long length) {}

  MappedFile(Path path) {
    this.path = path;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      size = channel.size();
    } catch (NoSuchFileException e) {
      throw new ModelFileException(path + ": no such file", e);
    } catch (IOException e) {
      throw new ModelFileException(path + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  long size() {
    return size;
  }

  Path path() {
    return path;
  }

  /**
   * Bytes {@code from .. from + length - 1}; the caller has checked them against the size. A region
   * is mapped once, because it is unmapped only when a collector gets to it.
   */
  ByteBuffer map(long from, long length) {
    if (from < 0 || length < 0 || length > Integer.MAX_VALUE || from + length > size) {
      throw new ModelFileException(
          path
              + ": region of "
              + length
              + " bytes at "
              + from
              + " lies outside the file of "
              + size);
    }
    return regions
        .computeIfAbsent(new Region(from, length), this::mapped)
        .duplicate()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer mapped(Region region) {
    try {
      return channel.map(FileChannel.MapMode.READ_ONLY, region.from(), region.length());
    } catch (IOException e) {
      throw new ModelFileException(path + ": cannot be mapped: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ModelFileException(path + ": cannot be closed: " + e.getMessage(), e);
    }
  }
}
