package org.align4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Markdown files keep their lines short and link to files and headings that are there. */
class DocsTest {
  private static final int LONGEST = 120;

  @Test
  void noLineOfProseIsTooLong() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : MarkdownFile.all()) {
      MarkdownFile.read(file)
          .tooLong(LONGEST)
          .forEach(line -> found.add(file.getFileName() + " " + line));
    }
    assertThat(found).as("lines of more than %d characters", LONGEST).isEmpty();
  }

  @Test
  void relativeLinksLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path file : MarkdownFile.all()) {
      for (String link : MarkdownFile.read(file).relativeLinks()) {
        links++;
        if (!leadsSomewhere(file, link)) {
          broken.add(file.getFileName() + ": " + link);
        }
      }
    }
    assertThat(broken).as("links to nothing").isEmpty();
    assertThat(links).as("links found").isPositive();
  }

  private static boolean leadsSomewhere(Path from, String link) throws IOException {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? from : from.resolveSibling(path);
    if (!Files.exists(target)) {
      return false;
    }
    return hash < 0 || MarkdownFile.read(target).anchors().contains(link.substring(hash + 1));
  }

  @Test
  void onlyProseCounts() {
    String wide = "x".repeat(121);
    MarkdownFile file =
        MarkdownFile.of(
            List.of(
                "# Title",
                "",
                "| " + wide + " |",
                "",
                "    " + wide,
                "",
                "```",
                wide,
                "```",
                wide,
                "x".repeat(120),
                "    " + wide));
    assertThat(file.tooLong(LONGEST))
        .containsExactly("line 10: 121 characters", "line 12: 125 characters");
  }

  @Test
  void linksAndHeadingsAreFound() {
    MarkdownFile file =
        MarkdownFile.of(
            List.of(
                "## How fast is `jmh`?",
                "[one](a.md), ![two](b.png), `[three](c.md)`, [web](https://example.org/d.md)",
                "[four](#how-fast-is-jmh)"));
    assertThat(file.relativeLinks()).containsExactly("a.md", "b.png", "#how-fast-is-jmh");
    assertThat(file.anchors()).containsExactly("how-fast-is-jmh");
  }

  @Test
  void aLinkToNothingIsNoticed() throws IOException {
    Path readme = MarkdownFile.ROOT.resolve("README.md");
    assertThat(leadsSomewhere(readme, "docs/settings.md#all-trainers")).isTrue();
    assertThat(leadsSomewhere(readme, "docs/settings.md#no-such-heading")).isFalse();
    assertThat(leadsSomewhere(readme, "docs/no-such-file.md")).isFalse();
  }
}
