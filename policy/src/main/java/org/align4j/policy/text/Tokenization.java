package org.align4j.policy.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.align4j.core.data.Content;
import org.align4j.core.data.DataException;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.SoftTarget;
import org.align4j.core.data.UnpairedExample;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From records to token ids, under a length policy. */
public final class Tokenization {
  private static final Logger LOG = LoggerFactory.getLogger(Tokenization.class);

  private final TextEncoder encoder;
  private final LengthPolicy lengths;
  private final boolean wrapStrings;

  /**
   * Prepares tokenisation.
   *
   * @param encoder tokenizer and chat template
   * @param lengths what happens to rows that are too long
   * @param wrapStrings whether plain strings become a user and an assistant turn when the model has
   *     a chat template; without it they are raw text, as in TRL
   */
  public Tokenization(TextEncoder encoder, LengthPolicy lengths, boolean wrapStrings) {
    this.encoder = encoder;
    this.lengths = lengths;
    this.wrapStrings = wrapStrings && encoder.hasChatTemplate();
  }

  /**
   * Tokenises pairs; rows that the length policy drops are absent.
   *
   * @param pairs in file order
   * @return the rows that are kept, in order
   */
  public List<TokenizedPair> pairs(List<PreferencePair> pairs) {
    List<TokenizedPair> out = new ArrayList<>(pairs.size());
    for (PreferencePair pair : pairs) {
      Content prompt = userTurn(pair.prompt());
      int[] promptIds = encoder.prompt(prompt);
      int[] chosen =
          encoder.completion(pair.source(), prompt, promptIds, assistantTurn(pair.chosen()));
      int[] rejected =
          encoder.completion(pair.source(), prompt, promptIds, assistantTurn(pair.rejected()));
      lengths
          .apply(pair.source(), promptIds, chosen, rejected)
          .ifPresent(cut -> out.add(new TokenizedPair(pair.source(), cut[0], cut[1], cut[2])));
    }
    return requireRows(out);
  }

  /**
   * Tokenises demonstrations.
   *
   * @param rows in file order
   * @return the rows that are kept, in order
   */
  public List<TokenizedDemonstration> demonstrations(List<Demonstration> rows) {
    List<TokenizedDemonstration> out = new ArrayList<>(rows.size());
    for (Demonstration row : rows) {
      single(row.source(), row.prompt(), row.completion())
          .ifPresent(cut -> out.add(new TokenizedDemonstration(row.source(), cut[0], cut[1])));
    }
    return requireRows(out);
  }

  /**
   * Tokenises single completions.
   *
   * @param rows in file order
   * @return the rows that are kept, in order
   */
  public List<TokenizedUnpaired> unpaired(List<UnpairedExample> rows) {
    List<TokenizedUnpaired> out = new ArrayList<>(rows.size());
    for (UnpairedExample row : rows) {
      single(row.source(), row.prompt(), row.completion())
          .ifPresent(
              cut -> out.add(new TokenizedUnpaired(row.source(), cut[0], cut[1], row.desirable())));
    }
    return requireRows(out);
  }

  /**
   * Tokenises prompts that no completion follows.
   *
   * @param what they are, such as {@code retained prompt}; with a number behind it the source
   * @param prompts user messages, or raw text if strings are not wrapped
   * @return the prompts that are kept, in order
   */
  public List<TokenizedPrompt> prompts(String what, List<String> prompts) {
    List<TokenizedPrompt> out = new ArrayList<>(prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      String source = what + " " + (i + 1);
      alone(source, new Content.Text(prompts.get(i)))
          .ifPresent(ids -> out.add(new TokenizedPrompt(source, ids)));
    }
    return requireRows(out);
  }

  /**
   * Tokenises prompts with soft targets.
   *
   * @param rows prompts with their targets
   * @return the rows that are kept, in order
   */
  public List<TokenizedSoftTarget> softTargets(List<SoftTarget> rows) {
    List<TokenizedSoftTarget> out = new ArrayList<>(rows.size());
    for (SoftTarget row : rows) {
      alone(row.source(), row.prompt())
          .ifPresent(ids -> out.add(new TokenizedSoftTarget(row.source(), ids, row.target())));
    }
    return requireRows(out);
  }

  /** A prompt without a completion as ids; nothing if the length policy drops it. */
  private Optional<int[]> alone(String source, Content prompt) {
    int[] ids = encoder.prompt(userTurn(prompt));
    if (ids.length == 0) {
      throw new DataException(source + ": the prompt has no tokens");
    }
    return lengths.apply(source, ids).map(kept -> kept[0]);
  }

  /** Prompt and completion as ids; nothing if the length policy drops the row. */
  private Optional<int[][]> single(String source, Content prompt, Content completion) {
    Content turn = userTurn(prompt);
    int[] promptIds = encoder.prompt(turn);
    return lengths.apply(
        source, promptIds, encoder.completion(source, turn, promptIds, assistantTurn(completion)));
  }

  private <T> List<T> requireRows(List<T> rows) {
    if (lengths.dropped() + lengths.truncated() > 0) {
      LOG.warn(
          "so far {} rows left out and {} cut, for their length",
          lengths.dropped(),
          lengths.truncated());
    }
    if (rows.isEmpty()) {
      throw new DataException(
          "no row is left: all "
              + lengths.dropped()
              + " exceed the length limit; raise max_length");
    }
    return rows;
  }

  private Content userTurn(Content content) {
    return wrapStrings && content instanceof Content.Text text
        ? Content.user(text.text())
        : content;
  }

  private Content assistantTurn(Content content) {
    return wrapStrings && content instanceof Content.Text text
        ? Content.assistant(text.text().strip())
        : content;
  }
}
