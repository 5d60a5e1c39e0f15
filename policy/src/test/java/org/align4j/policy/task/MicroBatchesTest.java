package org.align4j.policy.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Examples are their own number of tokens. */
class MicroBatchesTest {
  private static List<List<Integer>> cut(int budget, Integer... tokens) {
    return MicroBatches.cut(List.of(tokens), size -> size, budget);
  }

  @Test
  void piecesAreFilledUpToTheBudgetInOrder() {
    assertThat(cut(10, 4, 6, 1, 5, 5, 9))
        .containsExactly(List.of(4, 6), List.of(1, 5), List.of(5), List.of(9));
  }

  @Test
  void theBudgetItselfStillFits() {
    assertThat(cut(10, 10, 10)).containsExactly(List.of(10), List.of(10));
    assertThat(cut(11, 10, 1, 1)).containsExactly(List.of(10, 1), List.of(1));
  }

  @Test
  void anExampleAboveTheBudgetStandsAlone() {
    assertThat(cut(10, 25, 2, 3)).containsExactly(List.of(25), List.of(2, 3));
    assertThat(cut(10, 2, 25, 3)).containsExactly(List.of(2), List.of(25), List.of(3));
    assertThat(cut(10, 2, 25)).containsExactly(List.of(2), List.of(25));
  }

  @Test
  void noExamplesMakeNoPiece() {
    assertThat(cut(10)).isEmpty();
  }

  @Test
  void everyExampleIsInOnePieceAndNoPieceIsTooLong() {
    Random random = new Random(1);
    for (int trial = 0; trial < 100; trial++) {
      Integer[] tokens = random.ints(1 + random.nextInt(30), 1, 40).boxed().toArray(Integer[]::new);
      List<List<Integer>> pieces = cut(50, tokens);
      assertThat(pieces.stream().flatMap(List::stream)).containsExactly(tokens);
      assertThat(pieces)
          .allMatch(piece -> piece.stream().mapToInt(Integer::intValue).sum() <= 50)
          .noneMatch(List::isEmpty);
      // As few as possible in this order: no piece could have taken the next one's first example.
      IntStream.range(1, pieces.size())
          .forEach(
              i -> {
                int before = pieces.get(i - 1).stream().mapToInt(Integer::intValue).sum();
                assertThat(before + pieces.get(i).get(0)).isGreaterThan(50);
              });
    }
  }
}
