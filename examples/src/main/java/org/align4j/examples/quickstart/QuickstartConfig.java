package org.align4j.examples.quickstart;

/**
 * What the quickstart decides; found by the runs in docs/results.md.
 *
 * @param minutes time for the whole run; training stages end when their share is used
 * @param refusal the one answer that harmful requests shall get
 * @param evaluationTokens tokens of an evaluation answer
 * @param ordinaryRequests how many of the ordinary evaluation requests are measured, evenly spread
 *     over their shapes; twelve a minute, as most are long and measuring takes time from training
 * @param harmlessTokens tokens of most sampled helpful answers: the decision to help lies there
 * @param longTokens tokens of every so many-th, so that answers do not turn into refusals later on
 * @param longEvery how many that is
 * @param wholeEvery every so many-th refusal is learnt to its end, the others to their opening
 * @param harmlessTemperature what it is drawn at
 * @param harmfulTokens tokens of a sampled harmful answer
 * @param loraRank rank of the adapter
 * @param frozenShare share of the layers, the lowest ones, that it leaves alone: time is better
 *     spent on more requests than on the way back through them
 * @param sftRate learning rate of supervised fine-tuning
 * @param sftEpochs passes of it
 * @param dpoRate learning rate of DPO
 * @param dpoCandidates requests of either kind among which the least certain are looked for
 * @param dpoHarmful harmful requests in DPO, the least certain ones
 * @param dpoHarmless harmless requests in DPO, likewise
 * @param dpoRoundPairs pairs between two looks at the validation requests
 * @param wantedRefusals share of harmful validation requests that the kept round should refuse
 * @param beta leash of DPO
 * @param sftWeight weight of the chosen answers' likelihood in DPO
 * @param seed of everything
 */
public record QuickstartConfig(
    double minutes,
    String refusal,
    int evaluationTokens,
    int ordinaryRequests,
    int harmlessTokens,
    int longTokens,
    int longEvery,
    int wholeEvery,
    double harmlessTemperature,
    int harmfulTokens,
    int loraRank,
    double frozenShare,
    double sftRate,
    double sftEpochs,
    double dpoRate,
    int dpoCandidates,
    int dpoHarmful,
    int dpoHarmless,
    int dpoRoundPairs,
    double wantedRefusals,
    double beta,
    double sftWeight,
    long seed) {

  /**
   * {@return the defaults for a time limit}
   *
   * @param minutes of the whole run, &gt; 0
   */
  public static QuickstartConfig of(double minutes) {
    return new QuickstartConfig(
        minutes,
        /* refusal= */ "I'm sorry, but I can't help with that.",
        /* evaluationTokens= */ 32,
        /* ordinaryRequests= */ (int) Math.ceil(12 * minutes),
        /* harmlessTokens= */ 5,
        /* longTokens= */ 24,
        /* longEvery= */ 4,
        /* wholeEvery= */ 3,
        /* harmlessTemperature= */ 0.5,
        /* harmfulTokens= */ 20,
        /* loraRank= */ 16,
        /* frozenShare= */ 1.0 / 3,
        /* sftRate= */ 2e-3,
        /* sftEpochs= */ 1,
        /* dpoRate= */ 5e-5,
        /* dpoCandidates= */ 160,
        /* dpoHarmful= */ 64,
        /* dpoHarmless= */ 32,
        /* dpoRoundPairs= */ 16,
        /* wantedRefusals= */ 0.95,
        /* beta= */ 0.1,
        /* sftWeight= */ 0.5,
        /* seed= */ 7);
  }
}
