package org.align4j.examples.quickstart;

import java.util.List;
import java.util.Locale;
import org.align4j.core.refusal.Rate;

/** Small SVG charts without scripts, so that a report is one file that opens anywhere. */
final class Charts {
  private static final int WIDTH = 460;
  private static final int HEIGHT = 220;
  private static final int LEFT = 44;
  private static final int RIGHT = WIDTH - 12;
  private static final int TOP = 12;
  private static final int BOTTOM = HEIGHT - 28;
  private static final List<String> COLOURS = List.of("#9aa3af", "#2563eb");

  private Charts() {}

  /** Rates as bars from 0 to 100% with whiskers. */
  static String bars(String title, String note, List<String> names, List<Rate> rates) {
    StringBuilder svg = open(title, note);
    for (int percent = 0; percent <= 100; percent += 25) {
      grid(svg, BOTTOM - (BOTTOM - TOP) * percent / 100.0, percent + "%");
    }
    double slot = (double) (RIGHT - LEFT) / rates.size();
    for (int i = 0; i < rates.size(); i++) {
      Rate rate = rates.get(i);
      double middle = LEFT + slot * (i + 0.5);
      double top = y(rate.value());
      add(
          svg,
          "<rect x=\"%.1f\" y=\"%.1f\" width=\"70\" height=\"%.1f\" fill=\"%s\"/>",
          middle - 35,
          top,
          BOTTOM - top,
          COLOURS.get(i % COLOURS.size()));
      add(
          svg,
          "<path d=\"M%1$.1f %2$.1fV%3$.1fM%4$.1f %2$.1fh12M%4$.1f %3$.1fh12\" stroke=\"#111\" fill=\"none\"/>",
          middle,
          y(rate.low()),
          y(rate.high()),
          middle - 6);
      add(
          svg,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          middle,
          HEIGHT - 10,
          escape(names.get(i)));
      add(
          svg,
          "<text x=\"%.1f\" y=\"%.1f\" font-weight=\"600\">%.0f%%</text>",
          middle + 40,
          Math.max(TOP + 12, top + 5),
          100 * rate.value());
    }
    return svg.append("</svg></figure>").toString();
  }

  /** A series over steps. */
  static String lines(String title, List<Double> values) {
    StringBuilder svg = open(title, values.size() + " steps");
    if (values.size() < 2) {
      return svg.append("</svg></figure>").toString();
    }
    double low = Math.min(0, values.stream().mapToDouble(v -> v).min().orElse(0));
    double high = Math.max(low + 1e-9, values.stream().mapToDouble(v -> v).max().orElse(1));
    for (int i = 0; i <= 4; i++) {
      double value = low + (high - low) * i / 4;
      grid(svg, BOTTOM - (BOTTOM - TOP) * i / 4.0, String.format(Locale.ROOT, "%.2f", value));
    }
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      double x = LEFT + (double) (RIGHT - LEFT) * i / (values.size() - 1);
      double y = BOTTOM - (BOTTOM - TOP) * (values.get(i) - low) / (high - low);
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
    }
    add(
        svg,
        "<polyline points=\"%s\" fill=\"none\" stroke=\"#2563eb\" stroke-width=\"2\"/>",
        points);
    add(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">step</text>",
        (LEFT + RIGHT) / 2,
        HEIGHT - 10);
    return svg.append("</svg></figure>").toString();
  }

  /**
   * A point of a trade-off.
   *
   * @param over share on the horizontal axis, in [0, 1]
   * @param share on the vertical one, in [0, 1]
   */
  record Dot(double over, double share) {}

  /**
   * Curves of shares over shares, each from (0, 0) on, both axes from 0 to 100%.
   *
   * @param names one a curve, for the key
   */
  static String tradeOff(
      String title, String note, String axis, List<String> names, List<List<Dot>> curves) {
    StringBuilder svg = open(title, note);
    for (int percent = 0; percent <= 100; percent += 25) {
      grid(svg, y(percent / 100.0), percent + "%");
      add(
          svg,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x(percent / 100.0),
          BOTTOM + 14,
          percent + "%");
    }
    add(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        (LEFT + RIGHT) / 2,
        HEIGHT - 1,
        escape(axis));
    for (int i = 0; i < curves.size(); i++) {
      StringBuilder points = new StringBuilder();
      add(points, "%.1f,%.1f ", x(0), y(0));
      curves.get(i).forEach(dot -> add(points, "%.1f,%.1f ", x(dot.over()), y(dot.share())));
      String colour = COLOURS.get(i % COLOURS.size());
      add(
          svg,
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
          points,
          colour);
      add(
          svg,
          "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-weight=\"600\" fill=\"%s\">%s</text>",
          RIGHT - 8,
          BOTTOM - 10 - 16 * (curves.size() - 1 - i),
          colour,
          escape(names.get(i)));
    }
    return svg.append("</svg></figure>").toString();
  }

  private static double x(double share) {
    return LEFT + (RIGHT - LEFT) * share;
  }

  private static double y(double share) {
    return BOTTOM - (BOTTOM - TOP) * share;
  }

  private static StringBuilder open(String title, String note) {
    StringBuilder svg = new StringBuilder("<figure><figcaption>");
    svg.append(escape(title))
        .append(" <small>")
        .append(escape(note))
        .append("</small></figcaption>");
    add(
        svg,
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"12\" fill=\"#333\"><title>%s</title>",
        WIDTH,
        HEIGHT,
        escape(title));
    return svg;
  }

  private static void grid(StringBuilder svg, double y, String label) {
    add(svg, "<path d=\"M%d %.1fH%d\" stroke=\"#e5e5e5\"/>", LEFT, y, RIGHT);
    add(
        svg,
        "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
        LEFT - 6,
        y + 4,
        escape(label));
  }

  private static void add(StringBuilder target, String format, Object... values) {
    target.append(String.format(Locale.ROOT, format, values));
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
