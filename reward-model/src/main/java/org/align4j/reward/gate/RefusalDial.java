package org.align4j.reward.gate;

import static org.align4j.core.ConfigurationException.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.ChatModel;
import org.align4j.policy.edit.NeuronEdits;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.model.DecoderTransformer;

/**
 * Moves the threshold of a gate in an adapter ({@link NeuronGate}) after training. It is a file
 * beside the adapter; programs that do not know it run the adapter at the threshold that was
 * chosen.
 *
 * @param layer whose neurons vote, from 0
 * @param neurons how many there are; they have the adapter's first ranks
 * @param shift what a scale of 2 adds to the gate weights of each, one value a hidden unit
 * @param scale 1 = as trained
 */
public record RefusalDial(int layer, int neurons, double[] shift, double scale) {
  /** Name of the file in the adapter's folder. */
  public static final String FILE = "refusal_dial.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  /**
   * Checks the numbers and keeps a copy.
   *
   * @param layer whose neurons vote, from 0
   * @param neurons how many there are, at least 1
   * @param shift what a scale of 2 adds to the gate weights of each, one value a hidden unit
   * @param scale 1 = as trained
   */
  public RefusalDial {
    require(layer >= 0, "layer must not be negative, got " + layer);
    require(neurons >= 1, "neurons must be at least 1, got " + neurons);
    require(shift != null && shift.length > 0, "shift is missing");
    require(
        scale >= 0 && Double.isFinite(scale),
        "the refusal scale must be a number from 0 on, got " + scale);
    shift = shift.clone();
  }

  /**
   * Writes the file.
   *
   * @param adapter folder of the adapter
   * @throws IOException names the file that cannot be written
   */
  public void save(Path adapter) throws IOException {
    AtomicFiles.writeString(adapter.resolve(FILE), JSON.writeValueAsString(this) + "\n");
  }

  /**
   * Reads the file.
   *
   * @param adapter folder of the adapter
   * @return the dial
   * @throws ConfigurationException if the adapter has none
   * @throws ModelFileException if the file is damaged
   */
  public static RefusalDial load(Path adapter) {
    Path file = adapter.resolve(FILE);
    require(
        Files.isRegularFile(file),
        adapter
            + " has no "
            + FILE
            + ": only an adapter with a gate, as quickstart writes, has it");
    try {
      return JSON.readValue(file.toFile(), RefusalDial.class);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(file + ": not a refusal dial: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new ModelFileException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * {@return the same dial at another scale}
   *
   * @param other 1 = as trained; below 1 fewer requests are refused, at 0 none of those that the
   *     gate was fitted to; above 1 more are
   */
  public RefusalDial at(double other) {
    return new RefusalDial(layer, neurons, shift, other);
  }

  /**
   * Moves the threshold from where the adapter was trained to this scale.
   *
   * @param model with the adapter, not merged; the shifts of several turns add up
   * @return that model
   * @throws ConfigurationException if it is another model
   */
  public ChatModel turn(ChatModel model) {
    DecoderTransformer network = model.network();
    require(
        shift.length == network.config().hidden(),
        "%s is of a model of hidden size %d; this one has %d"
            .formatted(FILE, shift.length, network.config().hidden()));
    NeuronEdits.shiftGates(network, layer, neurons, Vectors.scaled(scale - 1, shift));
    return model;
  }
}
