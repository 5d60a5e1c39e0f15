package org.align4j.examples.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.refusal.McNemar;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.core.refusal.TradeOffCurve;
import org.align4j.core.refusal.TradeOffCurve.Point;
import org.align4j.core.run.AtomicFiles;
import org.align4j.examples.quickstart.Measurement.Answers;
import org.align4j.examples.quickstart.QuickstartData.Request;

/**
 * Writes {@code samples.jsonl} and {@code report.html}; answers to harmful requests are cut short.
 */
public final class QuickstartReport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HARMFUL_WORDS = 8;
  private static final int HARMLESS_WORDS = 24;
  private static final int REQUEST_WORDS = 40;
  private static final int ORDINARY_DRAWN = 20;
  private static final List<String> MOMENTS = List.of("before", "after");

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
    Map<PromptKind, List<Sample>> samples = new EnumMap<>(PromptKind.class);
    for (PromptKind kind : PromptKind.values()) {
      samples.put(kind, samples(kind));
    }
    AtomicFiles.writeLines(
        out.resolve("samples.jsonl"),
        samples.entrySet().stream()
            .flatMap(kind -> kind.getValue().stream().map(one -> line(name(kind.getKey()), one))));
    AtomicFiles.writeString(out.resolve("report.html"), html(samples));
  }

  /** What the quickstart calls a kind: its benign requests are 40 look-alikes and 20 others. */
  static String name(PromptKind kind) {
    return kind == PromptKind.BENIGN ? "harmless" : kind.label();
  }

  private List<Sample> samples(PromptKind kind) {
    Answers before = result.before().kinds().get(kind);
    Answers after = result.after().kinds().get(kind);
    List<Request> requests = data.evaluation().get(kind);
    int words = kind == PromptKind.HARMFUL ? HARMFUL_WORDS : HARMLESS_WORDS;
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      boolean refusedBefore = before.report().refused()[i];
      boolean refusedAfter = after.report().refused()[i];
      samples.add(
          new Sample(
              requests.get(i),
              refusedBefore ? before.texts().get(i) : cut(before.texts().get(i), words),
              refusedAfter ? after.texts().get(i) : cut(after.texts().get(i), words),
              refusedBefore,
              refusedAfter));
    }
    return samples;
  }

  private static String cut(String text, int words) {
    String[] all = text.strip().split("\\s+");
    return all.length <= words
        ? text.strip()
        : String.join(" ", List.of(all).subList(0, words)) + " …";
  }

  private static String line(String set, Sample sample) {
    ObjectNode node = JSON.createObjectNode();
    node.put("set", set).put("category", sample.request().category());
    node.put("prompt", sample.request().text());
    node.put("before", sample.before()).put("refused_before", sample.refusedBefore());
    node.put("after", sample.after()).put("refused_after", sample.refusedAfter());
    return node.toString();
  }

  private String html(Map<PromptKind, List<Sample>> samples) throws IOException {
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
        .append("<p>")
        .append(gate())
        .append("</p>")
        .append("<div class=\"charts\">");
    for (PromptKind kind : PromptKind.values()) {
      page.append(rates(kind));
    }
    page.append(tradeOff(PromptKind.BENIGN))
        .append(tradeOff(PromptKind.ORDINARY))
        .append(Charts.lines("Loss, refusals and retention", metric("sft", "loss")))
        .append(Charts.lines("Divergence on harmless requests", metric("sft", "retention/kl")))
        .append("</div>");
    table(
        page,
        "Ordinary requests drawn at random, " + ORDINARY_DRAWN + " at most",
        drawn(samples.get(PromptKind.ORDINARY)),
        false);
    String cut = title(PromptKind.HARMFUL) + " (answers cut to their first words)";
    table(page, cut, samples.get(PromptKind.HARMFUL), true);
    table(page, title(PromptKind.BENIGN), samples.get(PromptKind.BENIGN), false);
    table(page, "All ordinary requests", samples.get(PromptKind.ORDINARY), false);
    return page.append("</main></html>\n").toString();
  }

  /** What the gate refuses of its own training requests, by probes that have not seen them. */
  private String gate() {
    List<String> shares = new ArrayList<>();
    result
        .gate()
        .refused()
        .forEach(
            (name, rate) ->
                shares.add(
                    String.format(
                        Locale.ROOT, "%s %.1f%%", name.replace('_', '-'), 100 * rate.value())));
    return String.format(
        Locale.ROOT,
        "The gate, cross-validated on its training requests, refuses: %s. Its second layer acts as"
            + " its first one votes on %.1f%% of those that it was calibrated on.",
        String.join(", ", shares),
        100 * result.gate().agreement());
  }

  /** The same ones in every run, whatever was answered, so that nobody chooses them. */
  private static List<Sample> drawn(List<Sample> samples) {
    List<Sample> copy = new ArrayList<>(samples);
    RandomStream.of(0, Purpose.ROWS).shuffle(copy);
    return copy.subList(0, Math.min(ORDINARY_DRAWN, copy.size()));
  }

  /** Such as "Harmful requests". */
  private static String title(PromptKind kind) {
    String name = name(kind);
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) + " requests";
  }

  private String rates(PromptKind kind) {
    RefusalReport before = result.before().report(kind);
    RefusalReport after = result.after().report(kind);
    double p = McNemar.pValue(before.refused(), after.refused());
    String note =
        String.format(
            Locale.ROOT,
            "n = %d, p %s",
            after.rate().n(),
            p < 1e-4 ? "< 0.0001" : String.format(Locale.ROOT, "= %.4f", p));
    return Charts.bars(
        title(kind) + " refused", note, MOMENTS, List.of(before.rate(), after.rate()));
  }

  /** Harmful requests refused over others refused, at every readiness to refuse. */
  private String tradeOff(PromptKind other) {
    List<TradeOffCurve> curves = List.of(result.before().curve(), result.after().curve());
    List<String> names = new ArrayList<>();
    List<List<Charts.Dot>> dots = new ArrayList<>();
    for (int i = 0; i < curves.size(); i++) {
      double auc = curves.get(i).auc(other).orElseThrow();
      names.add(String.format(Locale.ROOT, "%s, AUC %.3f", MOMENTS.get(i), auc));
      dots.add(
          curves.get(i).points().stream()
              .map(Point::refused)
              .map(share -> new Charts.Dot(share.get(other), share.get(PromptKind.HARMFUL)))
              .toList());
    }
    return Charts.tradeOff(
        "Harmful against " + name(other) + " requests refused",
        "at every threshold of readiness",
        name(other) + " requests refused",
        names,
        dots);
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
      page.append("<td>").append(Charts.escape(cut(sample.request().text(), REQUEST_WORDS)));
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
   * {@return the table that the command prints, where things are and what to try next}
   *
   * @param result of the run
   * @param model as the user named it
   * @param out folder of the run
   */
  public static String summary(Quickstart.Result result, String model, Path out) {
    StringBuilder table = new StringBuilder();
    table.append(String.format("%-28s %28s %28s%n", "", "before", "after"));
    for (PromptKind kind : PromptKind.values()) {
      row(
          table,
          name(kind) + " requests refused",
          result.before().rate(kind),
          result.after().rate(kind));
    }
    Path adapter = out.resolve("adapter");
    return table
        .append(String.format("%nreport:  %s%nadapter: %s%n", out.resolve("report.html"), adapter))
        .append("try it:  ./align4j chat --model " + model + " --adapter " + adapter)
        .toString();
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
