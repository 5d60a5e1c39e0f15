package org.align4j.policy.model;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.align4j.core.distillation.NextTokenLoss;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.text.TokenBatch;

/**
 * A Llama-family decoder. Not thread-safe: one pass at a time; kernels parallelise inside.
 *
 * <p>Weights start at zero and are filled by {@link #read}, or through {@link #weights}.
 */
public final class DecoderTransformer implements DistributionLearner, StateDistribution {
  private final Backend backend;
  private final ModelConfig config;
  private final Passes passes;
  private final LmHead head;
  private final BaseWeights base;
  private final DecodingPacker packer;
  private final LayerStack stack;
  private final HeadRows headRows;
  private final TrainedWeights trained;
  private final DecoderAdapter lora;
  private TokenBatch lastBatch;

  /**
   * Allocates the model; the weights are zero until read.
   *
   * @param config dimensions
   * @param backend runs the kernels
   */
  public DecoderTransformer(ModelConfig config, Backend backend) {
    this.config = config;
    this.backend = backend;
    passes = new Passes(config);
    Tensor embedding = Tensor.zeros(config.vocabulary(), config.hidden());
    stack = new LayerStack(backend, config, embedding);
    base = BaseWeights.around(embedding, stack.layers(), config);
    head = new LmHead(backend, base.head());
    packer = new DecodingPacker(backend, config.weights(), stack.layers(), head);
    headRows = new HeadRows(backend, base.finalNorm(), config.normEpsilon());
    trained = new TrainedWeights(backend);
    lora = new DecoderAdapter(stack, trained);
  }

  @Override
  public Backend backend() {
    return backend;
  }

  /** {@return the dimensions} */
  public ModelConfig config() {
    return config;
  }

  /**
   * Every base weight by its Hugging Face name; vectors are tensors of one row.
   *
   * <p>They may be written while the model is not frozen. A model that has been asked for them
   * keeps them in float32, which a frozen one otherwise does not: {@link #showWeights} costs no
   * memory.
   *
   * @return the weights themselves, not copies
   */
  public Map<String, Tensor> weights() {
    head.makeWritable();
    return base.all();
  }

  /**
   * Shows every base weight, in the order of {@link #weights}, to somebody who does not keep it, so
   * that memory holds no more of them than before.
   *
   * @param viewer is given each name with its weight, which is valid until it returns
   */
  public void showWeights(BiConsumer<String, Tensor> viewer) {
    base.show(viewer);
  }

  /**
   * Reads every base weight. Frozen ones may be read again while this model is in use.
   *
   * @param loader gives a weight by its name
   */
  public void read(WeightLoader loader) {
    base.read(loader);
    String name = base.headName();
    head.quantizedFrom(loader.quantized(name, config.vocabulary(), config.hidden()));
  }

  /** Trains every base weight. */
  public void trainAllWeights() {
    trained.addAll(base, headRows, head);
  }

  /**
   * Freezes the base and adds an adapter, B = 0. The base weights must not be written any more;
   * products use a packed copy where the backend is faster with it and the Java heap has room.
   *
   * @param adapter rank, scale, dropout and the layers that get it
   * @param seed of A's values
   * @throws org.align4j.core.ConfigurationException if it begins above the model's last layer
   * @throws IllegalStateException if something is trained already
   */
  public void addAdapter(LoraConfig adapter, long seed) {
    lora.add(adapter, seed);
    freeze();
  }

  /**
   * Lets products use packed copies of the base weights, which must not be written any more, where
   * the backend is faster with them and has room.
   */
  public void freeze() {
    packer.freeze();
  }

  /**
   * Trains the adapter from a layer on; its factors below stay as they are, and nothing is
   * propagated back through them.
   *
   * @param layer the first one that is trained, at least the adapter's first
   */
  public void trainAdapterFrom(int layer) {
    lora.trainFrom(layer);
  }

  /** {@return all factors of the adapter, trained or not; empty without one} */
  public List<Parameter> adapterFactors() {
    return lora.factors();
  }

  /** {@return the adapter's settings, or null without one} */
  public LoraConfig lora() {
    return lora.settings();
  }

  /**
   * Makes the adapter as it is now a part of the reference: {@link Mode#REFERENCE} is from here on
   * the base with a frozen copy of it, a quarter of the memory that its training takes. For an
   * adapter that goes on from an earlier training; one that has just been added, with B = 0, adds
   * nothing and needs no copy.
   */
  public void keepAdapterAsReference() {
    lora.keepAsReference();
  }

  @Override
  public String referenceAdapterFingerprint() {
    return WeightsFingerprint.ofReferenceAdapter(this);
  }

  /** Shows the factors, scaled, that {@link Mode#REFERENCE} adds to the base; none without any. */
  void showReferenceAdapter(BiConsumer<String, Tensor> viewer) {
    lora.showReference(viewer);
  }

  /**
   * Adds the adapter's product to the base weights and removes the adapter; there is no way back.
   */
  public void mergeAdapter() {
    lora.merge();
  }

  /**
   * Keeps only every layer's input for the backward pass, which then computes each layer once more
   * (Chen et al. 2016, arXiv 1604.06174): a third more arithmetic, activations of one layer instead
   * of all. Gradients are the same to the bit.
   */
  public void checkpointActivations() {
    stack.checkpoint();
  }

  /** {@return whether {@link #checkpointActivations} was called} */
  public boolean checkpointsActivations() {
    return stack.checkpoints();
  }

  @Override
  public void seedDropout(long seed) {
    stack.seedDropout(seed);
  }

  @Override
  public List<Parameter> parameters() {
    return trained.parameters();
  }

  @Override
  public void clearGradients() {
    trained.clearGradients();
  }

  @Override
  public boolean hasReference() {
    return lora.present();
  }

  @Override
  public TokenStats forward(TokenBatch batch, Mode mode, double temperature) {
    return score(hiddenStates(batch, mode), batch, mode, temperature);
  }

  /**
   * What the language-model head says of states that {@link #hiddenStates} gave.
   *
   * @param hidden [head rows, hidden]
   * @param batch whose targets are scored
   * @param mode that of the pass which gave the states; {@link Mode#TRAIN} keeps what the backward
   *     pass needs
   * @param temperature what logits are divided by, &gt; 0
   * @return statistics of every completion token, in the order of the batch's targets
   */
  public TokenStats score(Tensor hidden, TokenBatch batch, Mode mode, double temperature) {
    boolean train = mode == Mode.TRAIN;
    return train && stack.recalled() && head.keeps(temperature)
        ? head.recall(batch.targets())
        : head.forward(hidden, batch.targets(), train, temperature);
  }

  @Override
  public Tensor hiddenStates(TokenBatch batch, Mode mode) {
    boolean train = mode == Mode.TRAIN;
    DecoderLayer.Pass pass = passes.over(batch, lora.use(mode));
    Tensor x =
        train ? stack.train(batch, pass, trained::fingerprint) : stack.evaluate(batch.ids(), pass);
    lastBatch = train ? batch : null;
    return headRows.forward(x, batch.headRows());
  }

  /**
   * What flows between the layers.
   *
   * @param mode {@link Mode#EVALUATE} or {@link Mode#REFERENCE}
   * @return the view, valid while the model is
   * @throws IllegalArgumentException in {@link Mode#TRAIN}
   */
  public LayerStates layerStates(Mode mode) {
    if (mode == Mode.TRAIN) {
      throw LayerStates.inTraining();
    }
    lastBatch = null;
    return new LayerStates(stack, passes, lora.use(mode));
  }

  /**
   * Lets decoding passes keep what a backward pass reads, so that the {@link Mode#TRAIN} pass over
   * the batch that {@link #matchActivations} names, with the weights as they are, need run neither
   * layers nor head. It takes no more memory than that pass.
   *
   * @param planned the batch if every completion becomes as long as it may, whatever its tokens
   * @param temperature that tokens are drawn at
   * @return whether they are kept; not with dropout, which decoding does without, not with
   *     checkpointing and not if nothing is trained
   */
  public boolean keepActivations(TokenBatch planned, double temperature) {
    if (trained.none()
        || lora.dropsOut()
        || !stack.reserve(planned.ids().length, trained.fingerprint())) {
      return false;
    }
    head.reserve(planned.targets().length, temperature);
    return true;
  }

  /**
   * Says which tokens were drawn after a decoding pass, whose logits have become probabilities
   * where they are.
   *
   * @param tokens ids that were drawn, one a sequence of the pass
   * @param stats what the probabilities say of them
   * @param targets their places among the planned batch's targets
   */
  public void keepChosen(int[] tokens, TokenStats stats, int[] targets) {
    head.keep(tokens, stats, targets);
  }

  /**
   * Matches the kept activations to the batch that was sampled: closes the gaps that completions
   * left which are shorter than planned. If a row was not kept, the next training pass computes
   * everything.
   *
   * @param planned the batch that {@link #keepActivations} was told of
   * @param sampled the same prompts with the completions that were drawn
   */
  public void matchActivations(TokenBatch planned, TokenBatch sampled) {
    stack.compact(sampled, sampled.rowsIn(planned));
    head.compact(sampled.targetsIn(planned));
  }

  @Override
  public void backward(double[] dLogProbs) {
    backward(headGradient(dLogProbs));
  }

  /**
   * d loss / d {@link #hiddenStates} of a loss on the log-probs of the last {@link Mode#TRAIN}
   * forward pass, for adding what other heads on the same states contribute; valid until the next
   * call.
   *
   * @param dLogProbs d loss / d log-prob of each completion token
   * @return [head rows, hidden]
   * @throws IllegalStateException if no {@link Mode#TRAIN} pass came before
   */
  public Tensor headGradient(double[] dLogProbs) {
    return head.backward(headRows.last(trainPass().headRows().length), dLogProbs);
  }

  @Override
  public NextTokenLogits logits(TokenBatch batch, Mode mode) {
    if (mode == Mode.TRAIN) {
      throw new IllegalArgumentException("logits are read without training; use learnDivergence");
    }
    return new HeadLogits(head, hiddenStates(batch, mode).copy(), batch.targets());
  }

  @Override
  public double[] learnDivergence(
      TokenBatch batch, NextTokenLogits teacher, VocabularyDivergence divergence, double weight) {
    LogitComparison.requireComparable(batch.targets(), config.vocabulary(), teacher);
    LmHead.Learnt result =
        head.divergence(hiddenStates(batch, Mode.TRAIN), teacher, divergence, weight);
    backward(result.dHidden());
    return result.values();
  }

  @Override
  public double[] learnLoss(TokenBatch batch, NextTokenLoss loss, double weight) {
    LmHead.Learnt result = head.learn(hiddenStates(batch, Mode.TRAIN), loss, weight);
    backward(result.dHidden());
    return result.values();
  }

  @Override
  public NextTokenLogits logits(Tensor states, int[] targets) {
    return new HeadLogits(head, states, targets);
  }

  private TokenBatch trainPass() {
    if (lastBatch == null) {
      throw new IllegalStateException("backward needs a TRAIN forward pass before it");
    }
    return lastBatch;
  }

  /**
   * Back-propagates from the states that {@link #hiddenStates} gave in {@link Mode#TRAIN}.
   *
   * @param dHidden d loss / d hidden states
   */
  public void backward(Tensor dHidden) {
    TokenBatch batch = trainPass();
    Tensor d = headRows.backward(dHidden, batch.headRows(), batch.ids().length);
    stack.backward(d, trained.embeddingIsTrained());
    trained.addToEmbedding(d, batch.ids());
    lastBatch = null;
  }

  /**
   * Prepares the weights for {@link #decode} as they are now.
   *
   * <p>Packed weights take as much of the Java heap as the model takes outside. Where that is not
   * free, decoding runs on the weights as they lie, which is slower, and a warning says so.
   *
   * @param adapter whether the adapter takes part
   * @param sequences that are decoded at a time; a single one gets weights of its own: in the
   *     integers of a quantised file if there are any, or else rows for passes of one, while passes
   *     of more rows, as of its prompt, run as in training
   * @return what {@link #decode} takes; the caller closes it
   */
  public DecodingWeights decodingWeights(boolean adapter, int sequences) {
    return packer.pack(trained.part(), adapter, sequences);
  }

  /**
   * Runs new tokens of sequences in generation.
   *
   * @param tokens new tokens of the sequences, with their places
   * @param cache keys and values so far; takes those of the new tokens
   * @param logitRows rows whose next-token logits are wanted
   * @param weights what {@link #decodingWeights} returned
   * @return logits, [logitRows, vocabulary], valid until the next call
   */
  public Tensor decode(NewTokens tokens, KvCache cache, int[] logitRows, DecodingWeights weights) {
    int rows = tokens.ids().length;
    cache.target(tokens.cacheRows());
    AdapterUse use = weights.adapterApart(rows) ? AdapterUse.TRAINED : AdapterUse.NONE;
    DecoderLayer.Pass pass = passes.over(tokens, cache, use);
    Tensor x = stack.decode(tokens, pass, cache, weights);
    return head.logits(headRows.forward(x, logitRows), weights.head(rows));
  }
}
