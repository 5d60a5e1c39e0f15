package org.align4j.examples.cli;

import java.util.List;
import java.util.Locale;
import org.align4j.core.data.AnswerFile;
import org.align4j.core.refusal.Rate;
import org.align4j.reward.report.TranscriptEvaluation;
import org.align4j.reward.report.TranscriptEvaluation.Judged;

/** Reads and judges recorded answers and prints the rates of each file. */
final class Transcripts {
  private Transcripts() {}

  /** Judges files named as {@code FILE[:COLUMN][@FIELD=VALUE]}. */
  static TranscriptEvaluation judge(List<String> files) {
    return new TranscriptEvaluation(files.stream().map(Transcripts::judge).toList());
  }

  private static Judged judge(String file) {
    Judged judged = TranscriptEvaluation.judge(file, AnswerFile.parse(file).read());
    EvaluateRefusalCommand.print(file, judged.report().rate());
    judged
        .agreement()
        .ifPresent(
            agreement -> {
              Rate rate = agreement.rate();
              System.out.printf(
                  Locale.ROOT, "  %.1f%% of %d labels agree%n", 100 * rate.value(), rate.n());
            });
    return judged;
  }
}
