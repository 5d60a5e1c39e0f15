package org.align4j.examples.quickstart;

/**
 * What the quickstart decides; found by the runs in docs/results.md.
 *
 * @param minutes time for the whole run; training stages end when their share is used
 * @param refusal the one answer that harmful requests shall get
 * @param evaluationTokens tokens of an evaluation answer
 * @param harmlessTokens tokens of a sampled helpful answer
 * @param harmfulTokens tokens of a sampled harmful answer
 * @param loraRank rank of the adapter
 * @param sftRate learning rate of supervised fine-tuning
 * @param sftEpochs passes of it
 * @param dpoRate learning rate of DPO
 * @param dpoHarmful harmful requests in DPO, the least certain ones
 * @param dpoHarmless harmless requests in DPO, likewise
 * @param beta leash of DPO
 * @param seed of everything
 */
public record QuickstartConfig(
    double minutes,
    String refusal,
    int evaluationTokens,
    int harmlessTokens,
    int harmfulTokens,
    int loraRank,
    double sftRate,
    double sftEpochs,
    double dpoRate,
    int dpoHarmful,
    int dpoHarmless,
    double beta,
    long seed) {

  /** The defaults for a time limit. */
  public static QuickstartConfig of(double minutes) {
    return new QuickstartConfig(
        minutes,
        "I'm sorry, but I can't help with that.",
        32,
        (int) property("harmlessTokens", 14),
        20,
        16,
        property("sftRate", 5e-4),
        property("sftEpochs", 2),
        property("dpoRate", 3e-4),
        (int) property("dpoHarmful", 32),
        (int) property("dpoHarmless", 80),
        property("beta", 0.1),
        7);
  }

  private static double property(String name, double absent) {
    return Double.parseDouble(System.getProperty("quickstart." + name, String.valueOf(absent)));
  }
}
