package org.align4j.policy.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.align4j.core.data.Content;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.TinyModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What raw text begins with and what ends an answer, as a model folder's files say. */
class RawTextTest {
  private static final int BOS = 0;
  private static final int EOS = 1;
  private static final int END_OF_TURN = 2;
  private static final int A = 4;
  private static final String CONFIG =
      "{\"model_type\":\"llama\",\"hidden_act\":\"silu\",\"vocab_size\":29,\"hidden_size\":16,\"intermediate_size\":24,"
          + "\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,"
          + "\"head_dim\":6,\"max_position_embeddings\":64,\"tie_word_embeddings\":true}";
  private static final String POST_PROCESSOR =
      "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
          + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
          + "{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],\"special_tokens\":{\"<s>\":{\"id\":\"<s>\","
          + "\"ids\":[0],\"tokens\":[\"<s>\"]}}}";

  @TempDir Path folder;

  private PolicyModel load(String postProcessor, String tokenizerConfig) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\":[3]}");
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer(postProcessor));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"chat_template\":\"{{ bos_token }}{% for m in"
            + " messages %}{{ m['content'] }}<eot>{% endfor %}\""
            + tokenizerConfig
            + "}");
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        TinyModels.create(Backends.defaultBackend(), 4).weights());
    return PolicyModel.load(folder);
  }

  private static String tokenizer(String postProcessor) {
    StringBuilder added = new StringBuilder();
    StringBuilder vocabulary = new StringBuilder();
    String[] special = {"<s>", "</s>", "<eot>", "<other>"};
    for (int id = 0; id < special.length; id++) {
      String end = id == special.length - 1 ? "" : ",";
      added
          .append("{\"id\":" + id + ",\"content\":\"" + special[id] + "\",\"single_word\":false,")
          .append("\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}")
          .append(end);
      vocabulary.append("\"" + special[id] + "\":" + id + ",");
    }
    for (int i = 0; i < 24; i++) {
      vocabulary.append(i == 0 ? "" : ",").append("\"" + (char) ('a' + i) + "\":" + (A + i));
    }
    return "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":["
        + added
        + "],\"normalizer\":null,\"pre_tokenizer\":null,\"post_processor\":"
        + postProcessor
        + ",\"decoder\":null,\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,"
        + "\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":false,"
        + "\"byte_fallback\":false,\"vocab\":{"
        + vocabulary
        + "},\"merges\":[]}}";
  }

  private static int[] raw(PolicyModel model) {
    return model.text().prompt(new Content.Text("a"));
  }

  @Test
  void thePostProcessorsBeginningStandsBeforeRawText() throws IOException {
    PolicyModel model = load(POST_PROCESSOR, "");
    assertThat(raw(model)).containsExactly(BOS, A);
    Content prompt = new Content.Text("a");
    assertThat(model.text().completion("r", prompt, raw(model), new Content.Text("b")))
        .containsExactly(A + 1, EOS);
    assertThat(model.text().prompt(new Content.Text("<s>a")))
        .as("written there already")
        .containsExactly(BOS, A);
  }

  @Test
  void aTemplateWritesItsBeginningItself() throws IOException {
    int[] ids = load(POST_PROCESSOR, "").text().prompt(Content.user("a"));
    assertThat(Arrays.stream(ids).filter(id -> id == BOS).count()).isEqualTo(1);
    assertThat(ids).startsWith(BOS, A, END_OF_TURN);
  }

  @Test
  void theTokenizersConfigurationWins() throws IOException {
    assertThat(raw(load("null", ""))).containsExactly(A);
    assertThat(raw(load("null", ",\"add_bos_token\":true"))).containsExactly(BOS, A);
    assertThat(raw(load(POST_PROCESSOR, ",\"add_bos_token\":false"))).containsExactly(A);
  }

  /** A folder that this project writes says the same again. */
  @Test
  void aWrittenFolderBeginsTheSame() throws IOException {
    PolicyModel model = load("null", ",\"add_bos_token\":true");
    Path written = folder.resolve("written");
    ModelFolders.write(model, written);
    assertThat(raw(PolicyModel.load(written))).containsExactly(BOS, A);
  }

  /** generation_config.json names another one, config.json none. */
  @Test
  void theEndOfTextAndOfATurnStopToo() throws IOException {
    assertThat(load("null", "").assets().stopTokens()).containsExactly(EOS, END_OF_TURN, 3);
  }
}
