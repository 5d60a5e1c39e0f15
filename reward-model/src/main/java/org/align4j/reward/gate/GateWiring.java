package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.align4j.core.run.Progress;
import org.align4j.policy.edit.Neuron;
import org.align4j.policy.edit.NeuronEdits;
import org.align4j.policy.model.DecoderTransformer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The neurons of a gate. In the first layer two for each group vote, along a direction of the
 * residual stream that is quiet otherwise. In the next layer two act if all voted, and one takes
 * the votes away.
 */
final class GateWiring {
  private static final Logger LOG = LoggerFactory.getLogger(GateWiring.class);

  /** Neurons of the second layer: a step and the eraser. */
  static final int ACTING = StepNeurons.COUNT + 1;

  /** What a vote adds at first, as a share of the residual stream's norm; the least is best. */
  private static final double VOTE = 0.03;

  /** Where the stream is not quiet enough, votes are doubled up to this. */
  private static final double MOST_VOTE = 0.5;

  /** Share of the requests whose votes the next layer must read as they were cast. */
  private static final double AGREEMENT = 0.99;

  /** Where even the best vote is read less surely, the gate does not do what it was fitted to. */
  private static final double LEAST_AGREEMENT = 0.9;

  /** Votes above all but one that the second layer begins to act at, and how soon it does. */
  private static final double QUORUM = 0.4;

  private static final double QUORUM_BAND = 0.3;

  /** Votes that must differ so that their reading can be calibrated. */
  private static final double LEAST_DIFFERENCE = 0.5;

  /** Input of a SiLU that only lets the end of a prompt through. */
  private static final double OPEN = 12;

  /**
   * What the second layer adds, as a share of the residual stream's norm: so much that the first
   * token is certain before anything is trained. Training then teaches the words behind it, which
   * no answer to another request meets if none begins with that token.
   */
  private static final double ACT = 4;

  private final DecoderTransformer network;
  private final LayerInputs inputs;
  private final int layer;
  private final List<EndStates> states;
  private final List<double[]> votes;
  private final StepNeurons step;

  /**
   * Prepares the wiring.
   *
   * @param inputs of the layer that votes, by all requests
   * @param layer that votes; the next one acts
   * @param states of all requests in both layers, without these neurons
   * @param detector of the first layer
   * @param votes positive where a group's probe votes for a refusal
   */
  GateWiring(
      DecoderTransformer network,
      LayerInputs inputs,
      int layer,
      List<EndStates> states,
      EndDetector detector,
      List<double[]> votes) {
    this.network = network;
    this.inputs = inputs;
    this.layer = layer;
    this.states = states;
    this.votes = votes;
    step = new StepNeurons(detector, NeuronGate.BAND);
  }

  /** How many neurons of the first layer vote for a number of groups. */
  static int voting(int groups) {
    return StepNeurons.COUNT * groups;
  }

  /**
   * Writes the neurons into the adapter.
   *
   * @param calibration how many of the requests the next layer's reading is calibrated on
   * @param token that a refusal begins with
   * @return share of those whose votes it reads as they were cast
   * @throws org.align4j.core.ConfigurationException if all of those get the same votes
   */
  double write(int calibration, int token, Progress.Factory progress) {
    int all = states.get(0).last().length;
    int count = Math.min(calibration, all);
    int[] chosen = IntStream.range(0, count).map(i -> (int) ((long) i * all / count)).toArray();
    double[] cast = Arrays.stream(chosen).mapToDouble(this::cast).toArray();
    require(
        Arrays.stream(cast).max().orElseThrow() - Arrays.stream(cast).min().orElseThrow()
            > LEAST_DIFFERENCE,
        "all %d requests of the calibration get the same votes; calibrate on more requests, or"
                .formatted(count)
            + " choose another harmful_rate");
    ResidualWeights weights = ResidualWeights.of(network, layer + 1);
    double[] quiet = weights.quietDirections(states.get(1).last(), 1).get(0);
    Wired best = null;
    try (LayerInputs some = inputs.subset(chosen)) {
      double norm = some.residualNormAfter(2);
      Second second =
          new Second(
              EndDetector.fit(states.get(1)),
              weights.reading(quiet),
              Vectors.scaled(ACT * norm, TokenDirection.of(network, token)));
      for (double share = VOTE;
          (best == null || best.agreement < AGREEMENT) && share <= MOST_VOTE;
          share *= 2) {
        // The quiet direction has no sign of its own, but one is read better than the other where
        // the end of a prompt is hard to tell.
        for (double signed : new double[] {share, -share}) {
          double[] vote = Vectors.scaled(signed * norm, quiet);
          Wired wired = wired(vote, second, some, cast, progress);
          LOG.debug("a vote of {} stream norms is read with agreement {}", signed, wired.agreement);
          if (best == null || wired.agreement > best.agreement) {
            best = wired;
          }
        }
      }
    }
    NeuronEdits.replaceIdle(network, layer, best.voting);
    NeuronEdits.replaceIdle(network, layer + 1, best.acting);
    if (best.agreement < LEAST_AGREEMENT) {
      LOG.warn(
          "the gate's second layer acts as the first one votes on {}% of the requests only; another"
              + " layer may suit this model better",
          Math.round(100 * best.agreement));
    }
    return best.agreement;
  }

  /**
   * The second layer.
   *
   * @param reading how its feed-forward block shows the direction of the votes
   * @param act what it adds to the residual stream if all voted
   */
  private record Second(EndDetector detector, double[] reading, double[] act) {}

  /** Neurons for a vote. The voting ones are written, so that it can be read what they add. */
  private Wired wired(
      double[] vote, Second second, LayerInputs some, double[] cast, Progress.Factory progress) {
    List<Neuron> voting = new ArrayList<>();
    votes.forEach(function -> voting.addAll(step.of(function, vote)));
    NeuronEdits.replaceIdle(network, layer, voting);
    double[][] after = some.edited(2, progress, "calibrate").get(1).last();
    LinearReading reading = LinearReading.along(second.reading, after, cast);
    EndDetector detector = second.detector;
    double[] counted = detector.plus(reading.direction(), reading.constant());
    double[] quorum =
        detector.atEnd(detector.plus(counted, -(votes.size() - 1 + QUORUM)), states.get(1));
    List<Neuron> acting =
        new ArrayList<>(new StepNeurons(detector, QUORUM_BAND).of(quorum, second.act));
    acting.add(eraser(counted, detector, vote));
    return new Wired(voting, acting, agreement(quorum, after, cast));
  }

  /** Neurons of both layers, and on which share of the requests the second acts as it should. */
  private record Wired(List<Neuron> voting, List<Neuron> acting, double agreement) {}

  /** What each group's probe says of a state of the first layer, above the threshold. */
  DoubleStream read(double[] state) {
    return votes.stream().mapToDouble(vote -> Vectors.dot(vote, state));
  }

  /** Moves the threshold of what is written; at a scale of 0 none of the requests gets a vote. */
  RefusalDial dial() {
    double most =
        Arrays.stream(states.get(0).last()).flatMapToDouble(this::read).max().orElseThrow();
    return new RefusalDial(layer, voting(votes.size()), step.shift(most), 1);
  }

  /** How many votes a request gets. */
  private double cast(int request) {
    return read(states.get(0).last()[request]).map(step::share).sum();
  }

  private double agreement(double[] quorum, double[][] after, double[] cast) {
    int agreed = 0;
    for (int i = 0; i < cast.length; i++) {
      boolean acts = Vectors.dot(quorum, after[i]) > QUORUM_BAND / 2;
      agreed += acts == cast[i] > votes.size() - 1 + QUORUM + QUORUM_BAND / 2 ? 1 : 0;
    }
    return (double) agreed / cast.length;
  }

  /** Takes the votes off the residual stream, so that a request which passes keeps its states. */
  private static Neuron eraser(double[] count, EndDetector detector, double[] vote) {
    // silu(x) is about x where x is large and about 0 where it is small.
    double[] gate = Vectors.scaled(OPEN, detector.end());
    return new Neuron(gate, count, Vectors.scaled(-1 / OPEN, vote));
  }
}
