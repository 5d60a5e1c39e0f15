package org.align4j.jmh;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;

/**
 * Results as a table: time, and what part that is of the products per second and of the memory
 * traffic that {@link PeakBenchmark} reached in the same run (Williams et al. 2009, "Roofline").
 */
final class Roofline {
  private static final String ROW = "%-34s %-44s %12s %9s %6s %8s %6s%n";
  private static final double GIGA = 1e9;

  private final double flopsPeak;
  private final double bytesPeak;

  private Roofline(double flopsPeak, double bytesPeak) {
    this.flopsPeak = flopsPeak;
    this.bytesPeak = bytesPeak;
  }

  /** The peaks among some results. */
  static Roofline of(Collection<RunResult> results) {
    double flops = 0;
    double bytes = 0;
    for (RunResult result : results) {
      if (type(result.getParams()) == PeakBenchmark.class) {
        Work work = work(result.getParams());
        if (work.flops() > 0) {
          flops = Math.max(flops, work.flops() / seconds(result));
        } else {
          bytes = Math.max(bytes, work.bytes() / seconds(result));
        }
      }
    }
    return new Roofline(flops, bytes);
  }

  /** The table. */
  String table(Collection<RunResult> results) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(ROW, "benchmark", "parameters", "ms", "GFLOP/s", "peak", "GB/s", "peak"));
    for (RunResult result : results) {
      BenchmarkParams params = result.getParams();
      Work work = work(params);
      double seconds = seconds(result);
      out.append(
          String.format(
              ROW,
              name(params),
              parameters(params),
              String.format(Locale.ROOT, "%.4f", 1e3 * seconds),
              rate(work.flops(), seconds),
              share(work.flops(), seconds, flopsPeak),
              rate(work.bytes(), seconds),
              share(work.bytes(), seconds, bytesPeak)));
    }
    return out.toString();
  }

  private static String rate(double amount, double seconds) {
    return amount == 0 ? "" : String.format(Locale.ROOT, "%.1f", amount / seconds / GIGA);
  }

  private static String share(double amount, double seconds, double peak) {
    return amount == 0 || peak == 0
        ? ""
        : String.format(Locale.ROOT, "%.0f%%", 100 * amount / seconds / peak);
  }

  private static String name(BenchmarkParams params) {
    String[] parts = params.getBenchmark().split("\\.");
    return parts[parts.length - 2].replace("Benchmark", "") + "." + parts[parts.length - 1];
  }

  private static String parameters(BenchmarkParams params) {
    StringBuilder out = new StringBuilder();
    for (String key : params.getParamsKeys()) {
      out.append(out.isEmpty() ? "" : " ").append(key).append('=').append(params.getParam(key));
    }
    return out.toString();
  }

  private static double seconds(RunResult result) {
    return result.getPrimaryResult().getScore()
        * result.getParams().getTimeUnit().toNanos(1)
        / TimeUnit.SECONDS.toNanos(1);
  }

  private static Class<?> type(BenchmarkParams params) {
    String benchmark = params.getBenchmark();
    try {
      return Class.forName(benchmark.substring(0, benchmark.lastIndexOf('.')));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the benchmark says of its work; nothing if it does not count. */
  private static Work work(BenchmarkParams params) {
    Class<?> type = type(params);
    if (!Counted.class.isAssignableFrom(type)) {
      return new Work(0, 0);
    }
    try {
      Object state = type.getDeclaredConstructor().newInstance();
      for (String key : params.getParamsKeys()) {
        Field field = type.getDeclaredField(key);
        field.setAccessible(true);
        String value = params.getParam(key);
        field.set(state, field.getType() == int.class ? (Object) Integer.valueOf(value) : value);
      }
      String benchmark = params.getBenchmark();
      return ((Counted) state).work(benchmark.substring(benchmark.lastIndexOf('.') + 1));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + ": its parameters must be int or String fields", e);
    }
  }
}
