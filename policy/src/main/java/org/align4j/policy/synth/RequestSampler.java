package org.align4j.policy.synth;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.align4j.core.ConfigurationException;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.FinishReason;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.text.Tokenizer;

/** Lets a chat model write user turns, a round at a time. */
final class RequestSampler implements AutoCloseable {
  /** Texts of a round; fixed, so that the batch does not change them. */
  static final int ROUND = 64;

  private final Tokenizer tokenizer;
  private final int[] opening;
  private final SamplingParams params;
  private final Generator generator;

  RequestSampler(PolicyModel model, SamplingParams params, int batch) {
    this.params = params;
    tokenizer = model.tokenizer();
    opening = model.text().userTurnOpening();
    generator = new Generator(model.transformer(), stopTokens(model), batch, true);
  }

  private static Set<Integer> stopTokens(PolicyModel model) {
    OptionalInt end = model.text().endOfUserTurn();
    if (end.isEmpty()) {
      throw new ConfigurationException(
          model.assets().origin()
              + ": the chat template ends a user's turn with no special token, so nothing says where"
              + " a sampled request ends; choose a model whose template has one, such as"
              + " <|im_end|>");
    }
    Set<Integer> stops = new TreeSet<>(model.assets().stopTokens());
    stops.add(end.getAsInt());
    return stops;
  }

  /**
   * A sampled text.
   *
   * @param finished whether the model ended the turn
   */
  record Sample(String text, boolean finished) {}

  /**
   * Draws the texts of a round, which depend on the seed and the round's number alone.
   *
   * @param stop asked between tokens; what it left unwritten is left out
   */
  List<Sample> round(int number, BooleanSupplier stop) {
    SamplingParams seeded =
        params.withSeed(RandomStream.of(params.seed(), Purpose.SAMPLING).at(number).seed());
    List<int[]> prompts = new ArrayList<>(Collections.nCopies(ROUND, opening));
    return generator.generate(prompts, seeded, Progress.SILENT, "requests", stop).stream()
        .filter(Objects::nonNull)
        .map(this::sample)
        .toList();
  }

  private Sample sample(Completion completion) {
    boolean stopped = completion.finishReason() == FinishReason.STOP;
    int[] ids = completion.ids();
    int[] written = stopped ? Arrays.copyOf(ids, ids.length - 1) : ids;
    String text = tokenizer.decode(written);
    // A special token within the text begins something else than this turn.
    boolean oneTurn = tokenizer.decodeWithSpecialTokens(written).equals(text);
    return new Sample(text.strip(), stopped && oneTurn);
  }

  /** Frees the weights' copy. */
  @Override
  public void close() {
    generator.close();
  }
}
