package org.align4j.reward.encoder;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.align4j.policy.text.HuggingFaceTokenizers;

/**
 * all-MiniLM-L6-v2 (Reimers &amp; Gurevych 2019, arXiv 1908.10084), quantised, from langchain4j's
 * jar, run by ONNX Runtime. 384 components a token, at most {@value #MAX_TOKENS} tokens a text.
 */
public final class MiniLmEncoder implements TokenEncoder {
  private static final int DIMENSION = 384;
  private static final int MAX_TOKENS = 96;
  private static final String MODEL = "/all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final HuggingFaceTokenizers tokenizer;
  private final int begin;
  private final int separator;

  /** Loads the encoder from its jar. */
  public MiniLmEncoder() {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      // Texts run side by side, each on one thread.
      options.setIntraOpNumThreads(1);
      session = environment.createSession(resource(MODEL), options);
    } catch (OrtException e) {
      throw new IllegalStateException(MODEL + ": cannot be loaded: " + e.getMessage(), e);
    }
    tokenizer = new HuggingFaceTokenizers(TOKENIZER, resource(TOKENIZER));
    begin = tokenizer.encode("[CLS]")[0];
    separator = tokenizer.encode("[SEP]")[0];
  }

  private static byte[] resource(String name) {
    try (InputStream in = AllMiniLmL6V2QuantizedEmbeddingModel.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + ": not in the jar of the encoder");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(name + ": cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  /** One text at a time, because quantisation would let texts of a batch change each other. */
  @Override
  public List<float[][]> encode(List<String> texts, End end) {
    return texts.parallelStream().map(text -> states(ids(text, end))).toList();
  }

  private long[] ids(String text, End end) {
    int[] words = tokenizer.encode(text);
    int kept = Math.min(words.length, MAX_TOKENS - 2);
    int from = end == End.FIRST ? 0 : words.length - kept;
    long[] ids = new long[kept + 2];
    ids[0] = begin;
    for (int i = 0; i < kept; i++) {
      ids[i + 1] = words[from + i];
    }
    ids[kept + 1] = separator;
    return ids;
  }

  private float[][] states(long[] ids) {
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    try (OnnxTensor tokens = row(ids);
        OnnxTensor mask = row(ones);
        OnnxTensor segments = row(new long[ids.length]);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", tokens, "attention_mask", mask, "token_type_ids", segments))) {
      return ((float[][][]) result.get(0).getValue())[0];
    } catch (OrtException e) {
      throw new IllegalStateException("the encoder failed: " + e.getMessage(), e);
    }
  }

  private OnnxTensor row(long[] values) throws OrtException {
    return OnnxTensor.createTensor(environment, new long[][] {values});
  }

  /** Closes the session and the tokenizer. */
  @Override
  public void close() {
    tokenizer.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("the encoder cannot be closed: " + e.getMessage(), e);
    }
  }
}
