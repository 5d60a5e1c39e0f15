package org.align4j.policy.synth;

import static org.align4j.core.ConfigurationException.require;

import java.util.function.Predicate;
import org.align4j.policy.generate.SamplingParams;

/**
 * How requests are sampled and filtered.
 *
 * @param count requests wanted, &ge; 1
 * @param sampling temperature 1 and top-p 0.995 in Magpie; its seed decides everything, its limit
 *     is that of a request in tokens
 * @param minWords fewest words, &ge; 1
 * @param maxWords most words
 * @param language texts that it does not hold for are dropped
 * @param overlap Jaccard index of two sets of words from which on the later text is dropped, in (0,
 *     1]
 * @param batch sequences at a time, &ge; 1; does not change the requests
 * @param maxSamples most texts that are sampled
 */
public record SynthesisConfig(
    int count,
    SamplingParams sampling,
    int minWords,
    int maxWords,
    Predicate<String> language,
    double overlap,
    int batch,
    int maxSamples) {
  private static final int MAX_NEW_TOKENS = 64;
  private static final double TOP_P = 0.995;
  private static final int MIN_WORDS = 4;
  private static final int MAX_WORDS = 100;
  private static final double OVERLAP = 0.7;
  private static final int BATCH = 32;
  private static final int SAMPLES_A_REQUEST = 20;

  /**
   * Checks ranges.
   *
   * @param count requests wanted, &ge; 1
   * @param sampling temperature 1 and top-p 0.995 in Magpie; its seed decides everything, its limit
   *     is that of a request in tokens
   * @param minWords fewest words, &ge; 1
   * @param maxWords most words
   * @param language texts that it does not hold for are dropped
   * @param overlap Jaccard index of two sets of words from which on the later text is dropped, in
   *     (0, 1]
   * @param batch sequences at a time, &ge; 1; does not change the requests
   * @param maxSamples most texts that are sampled
   * @throws org.align4j.core.ConfigurationException names what is out of its range
   */
  public SynthesisConfig {
    require(count >= 1, "the number of requests must be at least 1, got " + count);
    require(
        sampling.temperature() > 0,
        "temperature must be positive: greedy decoding writes the same request each time");
    require(minWords >= 1, "min_words must be at least 1, got " + minWords);
    require(
        maxWords >= minWords,
        "max_words must be at least min_words, " + minWords + ", got " + maxWords);
    require(overlap > 0 && overlap <= 1, "overlap must be in (0, 1], got " + overlap);
    require(batch >= 1, "batch must be at least 1, got " + batch);
    require(maxSamples >= count, "max_samples must be at least " + count + ", got " + maxSamples);
  }

  /**
   * Temperature 1, top-p 0.995, at most 64 tokens, 4 to 100 words of English, overlap 0.7, at most
   * 20 samples for each request that is wanted.
   *
   * @param count requests wanted, &ge; 1
   * @param seed decides every sample
   * @return the configuration
   */
  public static SynthesisConfig of(int count, long seed) {
    require(count >= 1, "the number of requests must be at least 1, got " + count);
    return new SynthesisConfig(
        count,
        new SamplingParams(MAX_NEW_TOKENS, 1, 0, TOP_P, 1, seed),
        MIN_WORDS,
        MAX_WORDS,
        RequestLanguage.ENGLISH,
        OVERLAP,
        BATCH,
        Math.multiplyExact(SAMPLES_A_REQUEST, count));
  }

  /**
   * {@return the same with other sampling}
   *
   * @param other of a temperature above 0
   */
  public SynthesisConfig withSampling(SamplingParams other) {
    return new SynthesisConfig(
        count, other, minWords, maxWords, language, overlap, batch, maxSamples);
  }

  /**
   * {@return the same with other lengths}
   *
   * @param fewest words of a request, &ge; 1
   * @param most words of a request, at least as many
   */
  public SynthesisConfig withWords(int fewest, int most) {
    return new SynthesisConfig(count, sampling, fewest, most, language, overlap, batch, maxSamples);
  }

  /**
   * {@return the same for another language}
   *
   * @param other texts that it does not hold for are dropped
   */
  public SynthesisConfig withLanguage(Predicate<String> other) {
    return new SynthesisConfig(
        count, sampling, minWords, maxWords, other, overlap, batch, maxSamples);
  }

  /**
   * {@return the same with another limit of near duplicates}
   *
   * @param other Jaccard index of two sets of words, in (0, 1]
   */
  public SynthesisConfig withOverlap(double other) {
    return new SynthesisConfig(
        count, sampling, minWords, maxWords, language, other, batch, maxSamples);
  }

  /**
   * {@return the same with so many sequences at a time}
   *
   * @param other &ge; 1; does not change the requests
   */
  public SynthesisConfig withBatch(int other) {
    return new SynthesisConfig(
        count, sampling, minWords, maxWords, language, overlap, other, maxSamples);
  }

  /**
   * {@return the same with at most so many texts sampled}
   *
   * @param other at least as many as requests are wanted
   */
  public SynthesisConfig withMaxSamples(int other) {
    return new SynthesisConfig(
        count, sampling, minWords, maxWords, language, overlap, batch, other);
  }
}
