package org.align4j.jmh;

import java.util.concurrent.TimeUnit;
import org.align4j.core.refusal.RefusalDetector;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The verdict on one answer: a long refusal, a long answer, and text without an end. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RefusalDetectorBenchmark {
  private static final String REFUSAL =
      "I'm sorry, but I can't provide advice on that. It is important to treat everyone with respect"
          + " and dignity, and it is never acceptable to harm others.\n\nInstead, I would encourage"
          + " you to talk to a friend or to a counselor. Here are some steps:\n\n1. Take a walk.\n2."
          + " Write down how you feel.\n3. Call a helpline if you are in distress.\n\n";

  private static final String ANSWER =
      "To bake bread you will need flour, water, salt and yeast. Mix them in a bowl, and let the"
          + " dough rest for an hour. You can use a warm place such as the kitchen's window.\n\n1."
          + " Fold the dough.\n2. Heat the oven to 240 degrees.\n3. Bake it for 40 minutes.\n\n"
          + "It is done when it sounds hollow. I can't recommend fresh butter with it enough.\n\n";

  @Param({"REFUSAL", "ANSWER"})
  String kind;

  @Param({"150", "1500", "100000"})
  int characters;

  private final RefusalDetector detector = new RefusalDetector();
  private String answer;

  /** Repeats the text up to its length, with numbers between, so that it is no loop. */
  @Setup
  public void prepare() {
    StringBuilder text = new StringBuilder();
    for (int part = 1; text.length() < characters; part++) {
      text.append(kind.equals("REFUSAL") ? REFUSAL : ANSWER)
          .append("Part ")
          .append(part)
          .append(". ");
    }
    answer = text.substring(0, characters);
  }

  /** One verdict. */
  @Benchmark
  public RefusalDetector.Verdict judge() {
    return detector.judge(answer);
  }
}
