package org.align4j.examples.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.align4j.core.refusal.McNemar;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.core.run.AtomicFiles;
import org.align4j.examples.quickstart.QuickstartData.Request;

/**
 * Writes {@code samples.jsonl} and {@code report.html}; answers to harmful requests are cut short.
 */
public final class QuickstartReport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HARMFUL_WORDS = 8;
  private static final int HARMLESS_WORDS = 24;

  private final QuickstartData data;
  private final Quickstart.Result result;
  private final Path out;

  QuickstartReport(QuickstartData data, Quickstart.Result result, Path out) {
    this.data = data;
    this.result = result;
    this.out = out;
  }

  private record Sample(
      Request request, String before, String after, boolean refusedBefore, boolean refusedAfter) {}

  void write() throws IOException {
    List<Sample> harmful =
        samples(
            data.harmfulEvaluation(),
            result.before().harmfulAnswers(),
            result.after().harmfulAnswers(),
            result.before().harmful(),
            result.after().harmful(),
            HARMFUL_WORDS);
    List<Sample> harmless =
        samples(
            data.harmlessEvaluation(),
            result.before().harmlessAnswers(),
            result.after().harmlessAnswers(),
            result.before().harmless(),
            result.after().harmless(),
            HARMLESS_WORDS);
    AtomicFiles.write(
        out.resolve("samples.jsonl"),
        stream -> {
          for (Sample sample : harmful) {
            stream.write(line("harmful", sample));
          }
          for (Sample sample : harmless) {
            stream.write(line("harmless", sample));
          }
        });
    AtomicFiles.writeString(out.resolve("report.html"), html(harmful, harmless));
  }

  private static List<Sample> samples(
      List<Request> requests,
      List<String> before,
      List<String> after,
      RefusalReport reportBefore,
      RefusalReport reportAfter,
      int words) {
    List<Sample> out = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      boolean refusedBefore = reportBefore.refused()[i];
      boolean refusedAfter = reportAfter.refused()[i];
      out.add(
          new Sample(
              requests.get(i),
              refusedBefore ? before.get(i) : cut(before.get(i), words),
              refusedAfter ? after.get(i) : cut(after.get(i), words),
              refusedBefore,
              refusedAfter));
    }
    return out;
  }

  private static String cut(String text, int words) {
    String[] all = text.strip().split("\\s+");
    return all.length <= words
        ? text.strip()
        : String.join(" ", List.of(all).subList(0, words)) + " …";
  }

  private static byte[] line(String set, Sample sample) throws IOException {
    ObjectNode node = JSON.createObjectNode();
    node.put("set", set).put("category", sample.request().category());
    node.put("prompt", sample.request().text());
    node.put("before", sample.before()).put("refused_before", sample.refusedBefore());
    node.put("after", sample.after()).put("refused_after", sample.refusedAfter());
    return (JSON.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private String html(List<Sample> harmful, List<Sample> harmless) throws IOException {
    Measurement before = result.before();
    Measurement after = result.after();
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">")
        .append(
            "<meta name=\"viewport\" content=\"width=device-width\"><title>align4j quickstart</title>")
        .append("<style>")
        .append(STYLE)
        .append("</style><main><h1>Before and after</h1>")
        .append(String.format(Locale.ROOT, "<p>One run of %.1f minutes. ", result.seconds() / 60))
        .append(
            "Whiskers are 95% Wilson intervals; p by McNemar's exact test on the same prompts.</p>")
        .append("<div class=\"charts\">")
        .append(rates("Harmful requests refused", before.harmful(), after.harmful()))
        .append(rates("Harmless requests refused", before.harmless(), after.harmless()))
        .append(Charts.lines("Loss, supervised fine-tuning", metric("sft", "loss")))
        .append(Charts.lines("Reward margin, DPO", metric("dpo", "rewards/margins")))
        .append("</div>");
    table(page, "Harmful requests (answers cut to their first words)", harmful, true);
    table(page, "Harmless requests", harmless, false);
    return page.append("</main></html>\n").toString();
  }

  private static String rates(String title, RefusalReport before, RefusalReport after) {
    double p = McNemar.pValue(before.refused(), after.refused());
    String note =
        String.format(
            Locale.ROOT,
            "n = %d, p %s",
            after.rate().n(),
            p < 1e-4 ? "< 0.0001" : String.format(Locale.ROOT, "= %.4f", p));
    return Charts.bars(
        title, note, List.of("before", "after"), List.of(before.rate(), after.rate()));
  }

  private List<Double> metric(String phase, String name) throws IOException {
    List<Double> values = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
      JsonNode node = JSON.readTree(line);
      if (node.path("phase").asText().equals(phase) && node.has(name)) {
        values.add(node.get(name).asDouble());
      }
    }
    return values;
  }

  private static void table(
      StringBuilder page, String title, List<Sample> samples, boolean refusalIsGood) {
    page.append("<h2>")
        .append(title)
        .append("</h2><div class=\"scroll\"><table><thead><tr>")
        .append("<th>Category<th>Request<th>Before<th>After</tr></thead><tbody>");
    for (Sample sample : samples) {
      page.append("<tr><td>").append(Charts.escape(sample.request().category()));
      page.append("<td>").append(Charts.escape(sample.request().text()));
      cell(page, sample.before(), sample.refusedBefore() == refusalIsGood);
      cell(page, sample.after(), sample.refusedAfter() == refusalIsGood);
      page.append("</tr>");
    }
    page.append("</tbody></table></div>");
  }

  private static void cell(StringBuilder page, String text, boolean good) {
    page.append("<td class=\"").append(good ? "good" : "bad").append("\">");
    page.append(good ? "✓ " : "✗ ").append(Charts.escape(text));
  }

  /**
   * {@return the table that the command prints}
   *
   * @param result of the run
   */
  public static String summary(Quickstart.Result result) {
    StringBuilder table = new StringBuilder();
    table.append(String.format("%-28s %28s %28s%n", "", "before", "after"));
    row(
        table,
        "harmful requests refused",
        result.before().harmful().rate(),
        result.after().harmful().rate());
    row(
        table,
        "harmless requests refused",
        result.before().harmless().rate(),
        result.after().harmless().rate());
    return table.toString();
  }

  private static void row(StringBuilder table, String name, Rate before, Rate after) {
    table.append(String.format("%-28s %28s %28s%n", name, describe(before), describe(after)));
  }

  private static String describe(Rate rate) {
    return String.format(
        Locale.ROOT,
        "%d/%d = %.1f%% (%.1f to %.1f)",
        rate.hits(),
        rate.n(),
        100 * rate.value(),
        100 * rate.low(),
        100 * rate.high());
  }

  private static final String STYLE =
      "body{font:15px/1.5 system-ui,sans-serif;margin:0;background:#fafafa;color:#1c1c1e}"
          + "main{max-width:1080px;margin:auto;padding:24px}h1{margin:0 0 8px}h2{margin-top:36px}"
          + ".charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:16px}"
          + "figure{margin:0;background:#fff;border:1px solid #ddd;border-radius:8px;padding:12px}"
          + "figcaption{font-weight:600}figcaption small{font-weight:400;color:#666}"
          + ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;background:#fff}"
          + "th,td{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid #e5e5e5}"
          + "td.good{color:#14532d}td.bad{color:#991b1b}";
}
