package org.align4j.policy.tck;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A {@code tokenizer.json} of byte-level BPE without merges: every byte of UTF-8 is a token, and
 * one special token ends a turn.
 */
final class ByteTokenizer {
  /** The token that ends a turn. */
  static final String END = "<|end|>";

  /** Bytes and the end. */
  static final int VOCABULARY = 257;

  private static final int BYTES = 256;

  private ByteTokenizer() {}

  static byte[] json() {
    ObjectMapper json = new ObjectMapper();
    ObjectNode vocabulary = json.createObjectNode();
    for (int id = 0; id < BYTES; id++) {
      vocabulary.put(character(id), id);
    }
    vocabulary.put(END, BYTES);
    try {
      ObjectNode root =
          (ObjectNode)
              json.readTree(
                  """
                  {"version":"1.0","truncation":null,"padding":null,"added_tokens":[
                    {"id":256,"content":"<|end|>","single_word":false,"lstrip":false,
                     "rstrip":false,"normalized":false,"special":true}],
                   "normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,
                    "trim_offsets":true,"use_regex":false},"post_processor":null,
                   "decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,
                    "use_regex":false},
                   "model":{"type":"BPE","dropout":null,"unk_token":null,
                    "continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,
                    "byte_fallback":false,"merges":[]}}
                  """);
      ((ObjectNode) root.get("model")).set("vocab", vocabulary);
      return json.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How byte-level BPE writes a byte: printable ones as they are, the others from U+0100 on. */
  private static String character(int wanted) {
    int others = 0;
    for (int value = 0; value <= wanted; value++) {
      boolean printable =
          (value >= '!' && value <= '~')
              || (value >= 0xA1 && value <= 0xAC)
              || (value >= 0xAE && value <= 0xFF);
      if (value == wanted) {
        return Character.toString(printable ? value : BYTES + others);
      }
      others += printable ? 0 : 1;
    }
    throw new IllegalArgumentException("no byte: " + wanted);
  }
}
