package org.align4j.core.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.data.DataException;

/** A file of one JSON object a line that grows with a run; each line is on disk before the next. */
public final class JsonLinesLog implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private BufferedWriter writer;

  /**
   * Opens the file for appending; folders are made.
   *
   * @param file with one JSON object a line
   */
  public JsonLinesLog(Path file) {
    this.file = file;
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      open();
    } catch (IOException e) {
      throw new RunFileException(file + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  private void open() throws IOException {
    writer =
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * Appends a map, a node or whatever else Jackson makes an object of.
   *
   * @param line becomes one line
   */
  public void write(Object line) {
    try {
      writer.write(JSON.writeValueAsString(line));
      writer.newLine();
      writer.flush();
    } catch (IOException e) {
      throw new RunFileException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Drops the lines that a resumed run is going to write again, and a last line that an
   * interruption has cut short.
   *
   * @param kept which lines stay
   * @throws DataException if another line is no JSON
   */
  public void keep(Predicate<JsonNode> kept) {
    try {
      writer.close();
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      List<String> out = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        JsonNode line = parse(lines.get(i), i + 1, lines.size());
        if (line != null && kept.test(line)) {
          out.add(lines.get(i) + System.lineSeparator());
        }
      }
      AtomicFiles.writeString(file, String.join("", out));
      open();
    } catch (IOException e) {
      throw new RunFileException(file + ": cannot be rewritten: " + e.getMessage(), e);
    }
  }

  private JsonNode parse(String line, int number, int last) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      if (number == last) {
        return null;
      }
      throw new DataException(
          file
              + ":"
              + number
              + ": not JSON: "
              + e.getOriginalMessage()
              + "; mend or remove the line, or move the file away",
          e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new RunFileException(file + ": cannot be closed: " + e.getMessage(), e);
    }
  }
}
