package org.align4j.core.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads JSONL, JSON (an array of objects) and CSV (first record = names), plain or gzipped. A first
 * CSV column without a name, pandas' index, is left out.
 */
public final class RowReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private RowReader() {}

  /**
   * {@return all rows of the file, in file order} The format follows from the name's extension.
   *
   * @param path a {@code .jsonl}, {@code .json} or {@code .csv} file
   */
  public static List<Row> read(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    boolean gzip = name.endsWith(".gz");
    String plain = gzip ? name.substring(0, name.length() - 3) : name;
    try (InputStream file = Files.newInputStream(path);
        InputStream bytes = gzip ? new GZIPInputStream(file) : file;
        Reader text = new InputStreamReader(bytes, StandardCharsets.UTF_8)) {
      return read(path.getFileName().toString(), plain, text);
    } catch (NoSuchFileException e) {
      throw new DataException(path + ": no such file", e);
    } catch (IOException e) {
      throw new DataException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * {@return rows of a text in the format that {@code name}'s extension says}
   *
   * @param name file name, for its extension and for messages
   * @param text the whole file
   * @throws IOException if the text cannot be read
   */
  public static List<Row> read(String name, Reader text) throws IOException {
    return read(name, name.toLowerCase(Locale.ROOT), text);
  }

  private static List<Row> read(String file, String plainName, Reader marked) throws IOException {
    Reader text = withoutByteOrderMark(marked);
    List<Row> rows;
    if (plainName.endsWith(".jsonl")) {
      rows = readLines(file, text);
    } else if (plainName.endsWith(".json")) {
      rows = readArray(file, text);
    } else if (plainName.endsWith(".csv")) {
      rows = readCsv(file, text);
    } else {
      throw new DataException(
          file + ": unknown kind of file; expected .jsonl, .json or .csv (each also with .gz)");
    }
    if (rows.isEmpty()) {
      throw new DataException(file + ": holds no rows");
    }
    return rows;
  }

  /** Spreadsheets mark UTF-8 by a character that belongs to no name. */
  private static Reader withoutByteOrderMark(Reader text) throws IOException {
    PushbackReader out = new PushbackReader(text);
    int first = out.read();
    if (first >= 0 && first != BYTE_ORDER_MARK) {
      out.unread(first);
    }
    return out;
  }

  private static List<Row> readLines(String file, Reader text) throws IOException {
    List<Row> rows = new ArrayList<>();
    BufferedReader lines = new BufferedReader(text);
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        rows.add(object(file, number, JSON.readTree(line)));
      } catch (JsonProcessingException e) {
        throw new DataException(
            file + ":" + number + ": not a JSON object: " + e.getOriginalMessage(), e);
      }
    }
    return rows;
  }

  private static List<Row> readArray(String file, Reader text) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new DataException(
          file + ":" + e.getLocation().getLineNr() + ": not JSON: " + e.getOriginalMessage(), e);
    }
    if (!root.isArray()) {
      throw new DataException(
          file + ": expected a JSON array of objects; one object a line is .jsonl");
    }
    List<Row> rows = new ArrayList<>();
    for (JsonNode node : root) {
      rows.add(object(file, rows.size() + 1L, node));
    }
    return rows;
  }

  private static Row object(String file, long number, JsonNode node) {
    Row row = new Row(file, number, node);
    if (!node.isObject()) {
      throw row.error("expected a JSON object, found " + node.getNodeType());
    }
    return row;
  }

  private static List<Row> readCsv(String file, Reader text) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (CSVParser records = CSVParser.parse(text, CSVFormat.RFC4180)) {
      List<String> names = null;
      for (CSVRecord entry : records) {
        if (names == null) {
          names = columnNames(file, entry);
        } else {
          rows.add(csvRow(file, names, entry));
        }
      }
    } catch (java.io.UncheckedIOException | IllegalArgumentException e) {
      throw new DataException(file + ": not CSV: " + e.getMessage(), e);
    }
    return rows;
  }

  /** The header's cells; the first may be empty, which pandas writes for its index. */
  private static List<String> columnNames(String file, CSVRecord header) {
    List<String> names = header.toList();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isBlank() && (i > 0 || names.size() == 1)) {
        throw new DataException(
            file
                + ": column "
                + (i + 1)
                + " has no name; the first line must name the columns (only an index in column 1"
                + " may go without)");
      }
      if (!seen.add(name)) {
        throw new DataException(file + ": the header names column \"" + name + "\" twice");
      }
    }
    return names;
  }

  private static Row csvRow(String file, List<String> names, CSVRecord entry) {
    // The header is record 1.
    long number = entry.getRecordNumber() - 1;
    if (entry.size() != names.size()) {
      throw new DataException(
          file + ":" + number + ": has " + entry.size() + " cells; the header has " + names.size());
    }
    ObjectNode node = JSON.createObjectNode();
    for (int i = names.get(0).isBlank() ? 1 : 0; i < names.size(); i++) {
      node.put(names.get(i), entry.get(i));
    }
    return new Row(file, number, node);
  }
}
