package org.align4j.reward.encoder;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.util.List;

/**
 * all-MiniLM-L6-v2 (Reimers &amp; Gurevych 2019, arXiv 1908.10084), quantised, run by ONNX Runtime;
 * the model comes with the library's jar. 384 components, unit length.
 */
public final class MiniLmEncoder implements SentenceEncoder {
  private static final int DIMENSION = 384;

  private final AllMiniLmL6V2QuantizedEmbeddingModel model =
      new AllMiniLmL6V2QuantizedEmbeddingModel();

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public List<float[]> encode(List<String> texts) {
    List<TextSegment> segments = texts.stream().map(MiniLmEncoder::segment).toList();
    return model.embedAll(segments).content().stream()
        .map(embedding -> embedding.vector())
        .toList();
  }

  /** Blank texts are refused by the library; a full stop says as little. */
  private static TextSegment segment(String text) {
    return TextSegment.from(text.isBlank() ? "." : text);
  }
}
