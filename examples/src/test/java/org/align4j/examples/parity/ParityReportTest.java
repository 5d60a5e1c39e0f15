package org.align4j.examples.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class ParityReportTest {
  private static final CaseResult PASSED =
      new CaseResult("models/llama", "pass", "log-prob", -1.5, -1.5000001, 2.5e-8);
  private static final CaseResult FAILED =
      new CaseResult("objectives/dpo", "fail", "loss", 0.25, 0.5, 12);
  private static final CaseResult UNSUPPORTED = CaseResult.notSupported("models/new", "no rope");

  @Test
  void casesThatAreNotSupportedDoNotFail() {
    assertThat(new ParityReport(List.of(PASSED, UNSUPPORTED)).passed()).isTrue();
    assertThat(new ParityReport(List.of(PASSED, FAILED, UNSUPPORTED)).passed()).isFalse();
    assertThat(new ParityReport(List.of()).passed()).isTrue();
  }

  /** A case that could not be computed has no error to compare, and still fails. */
  @Test
  void aCaseWithoutANumberFails() {
    ParityReport report = new ParityReport(List.of(CaseResult.failed("models/odd", "no file")));
    assertThat(report.passed()).isFalse();
    assertThat(report.counts()).isEqualTo("0 passed, 1 failed, 0 not supported");
  }

  @Test
  void countsEachVerdict() {
    assertThat(new ParityReport(List.of(PASSED, FAILED, PASSED, UNSUPPORTED, PASSED)).counts())
        .isEqualTo("3 passed, 1 failed, 1 not supported");
  }

  @Test
  void aLineHasTheQuantityThatIsFurthestOff() {
    assertThat(ParityReport.line(FAILED))
        .isEqualTo(
            "%-34s %-46s      0.2500000      0.5000000   1.20e+01  fail"
                .formatted("objectives/dpo", "loss"));
    assertThat(ParityReport.line(UNSUPPORTED))
        .isEqualTo(
            "%-34s %-46s            NaN            NaN        NaN  not supported"
                .formatted("models/new", "no rope"));
  }

  @Test
  void columnsOfTheHeaderStandOverThoseOfALine() {
    String header = ParityReport.header();
    String line = ParityReport.line(FAILED);
    assertThat(header.indexOf("quantity")).isEqualTo(line.indexOf("loss"));
    assertThat(end(header, "expected")).isEqualTo(end(line, "0.2500000"));
    assertThat(end(header, "got")).isEqualTo(end(line, "0.5000000"));
    assertThat(end(header, "error")).isEqualTo(end(line, "1.20e+01"));
    assertThat(header.indexOf("verdict")).isEqualTo(line.indexOf("fail"));
  }

  private static int end(String text, String part) {
    assertThat(text).contains(part);
    return text.indexOf(part) + part.length();
  }

  @Test
  void longQuantitiesKeepTheirEnd() {
    String name = "model.layers.11.self_attn.q_proj.weight of a gradient in the row 17, column 123";
    CaseResult result = new CaseResult("m", "pass", name, 1, 1, 0);
    String kept = "..." + "roj.weight of a gradient in the row 17, column 123".substring(7);
    assertThat(kept).hasSize(46);
    assertThat(ParityReport.line(result)).contains(" " + kept + " ").doesNotContain("self_attn");
    CaseResult shorter =
        new CaseResult("m", "pass", "model.layers.3.self_attn.o_proj.lora_A.weight", 1, 1, 0);
    assertThat(ParityReport.line(shorter)).contains(" layers.3.o_proj.lora_A.weight ");
  }

  @Test
  void numbersAreTheSameInEveryCountry() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(ParityReport.line(PASSED)).contains(" -1.500000 ", " 2.50e-08 ");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void jsonHasTheCountsAndEveryCase() {
    Map<String, Object> json = new ParityReport(List.of(PASSED, FAILED, UNSUPPORTED)).json();
    assertThat(json)
        .containsOnlyKeys("passed", "failed", "unsupported", "cases")
        .contains(entry("passed", 1L), entry("failed", 1L), entry("unsupported", 1L));
    assertThat(json.get("cases"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .hasSize(3)
        .first()
        .isEqualTo(Map.of("name", "models/llama", "verdict", "pass", "worst_error", 2.5e-8));
  }

  /** JSON knows no NaN. */
  @Test
  void anErrorThatIsNoNumberIsNull() {
    Map<String, Object> json = new ParityReport(List.of(UNSUPPORTED)).json();
    Map<?, ?> only = (Map<?, ?>) ((List<?>) json.get("cases")).get(0);
    assertThat(only.containsKey("worst_error")).isTrue();
    assertThat(only.get("worst_error")).isNull();
    assertThat(only.get("verdict")).isEqualTo("not supported");
  }

  @Test
  void laterChangesOfTheListChangeNothing() {
    List<CaseResult> results = new ArrayList<>(List.of(PASSED));
    ParityReport report = new ParityReport(results);
    results.add(FAILED);
    assertThat(report.passed()).isTrue();
    assertThat(report.results()).containsExactly(PASSED);
  }
}
