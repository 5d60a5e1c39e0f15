package org.align4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown file as the tests of the documentation see it: prose, tables and headings, apart from
 * code.
 *
 * @param lines the lines that are not code, by number from 1
 */
record MarkdownFile(Map<Integer, String> lines) {
  /** The project's folder, seen from a module's. */
  static final Path ROOT = Path.of("..");

  private static final String FENCE = "```";
  private static final String INDENT = "    ";
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("`[^`]*`");
  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:.*");

  /** Reads README.md, CHANGELOG.md, CONTRIBUTING.md and docs/*.md of the project. */
  static List<Path> all() throws IOException {
    List<Path> out = new ArrayList<>();
    for (String name : List.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md")) {
      out.add(ROOT.resolve(name));
    }
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(out::add);
    }
    return out;
  }

  static MarkdownFile read(Path file) throws IOException {
    return of(Files.readAllLines(file));
  }

  /** Leaves out fenced code, and code that is indented after an empty line. */
  static MarkdownFile of(List<String> all) {
    Map<Integer, String> out = new LinkedHashMap<>();
    boolean fenced = false;
    boolean indented = false;
    boolean afterEmpty = true;
    for (int i = 0; i < all.size(); i++) {
      String line = all.get(i);
      if (line.strip().startsWith(FENCE)) {
        fenced = !fenced;
      } else if (!fenced) {
        indented = line.startsWith(INDENT) && (afterEmpty || indented);
        if (!indented) {
          out.put(i + 1, line);
        }
      }
      afterEmpty = line.isBlank();
    }
    return new MarkdownFile(out);
  }

  private static boolean isRow(String line) {
    return line.strip().startsWith("|");
  }

  /** Numbers and lengths of lines of prose with more characters than allowed. */
  List<String> tooLong(int longest) {
    List<String> out = new ArrayList<>();
    lines.forEach(
        (number, line) -> {
          int length = line.codePointCount(0, line.length());
          if (!isRow(line) && length > longest) {
            out.add("line " + number + ": " + length + " characters");
          }
        });
    return out;
  }

  /** Targets of links that are not addresses of the web. */
  List<String> relativeLinks() {
    List<String> out = new ArrayList<>();
    for (String line : lines.values()) {
      Matcher link = LINK.matcher(CODE.matcher(line).replaceAll("`"));
      while (link.find()) {
        if (!SCHEME.matcher(link.group(1)).matches()) {
          out.add(link.group(1));
        }
      }
    }
    return out;
  }

  /** Names under which headings can be linked to. */
  List<String> anchors() {
    return lines.values().stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ *", "").toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-'))
        .toList();
  }

  /** The lines under each heading of the second level, up to the next one. */
  Map<String, List<String>> sections() {
    Map<String, List<String>> out = new LinkedHashMap<>();
    List<String> section = new ArrayList<>();
    for (String line : lines.values()) {
      if (line.startsWith("## ")) {
        section = new ArrayList<>();
        out.put(line.substring(3), section);
      }
      section.add(line);
    }
    return out;
  }

  /** Cells of the rows of tables among some lines, without the rows below headers. */
  static List<List<String>> rows(List<String> lines) {
    return lines.stream()
        .filter(line -> isRow(line) && !line.startsWith("|---"))
        .map(line -> Stream.of(line.substring(1).split("\\|")).map(String::strip).toList())
        .toList();
  }

  /** What stands between backticks in a text. */
  static List<String> codes(String text) {
    return CODE.matcher(text).results().map(m -> m.group().replace("`", "")).toList();
  }
}
