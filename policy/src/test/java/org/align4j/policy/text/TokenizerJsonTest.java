package org.align4j.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerJsonTest {
  private static final int MUTATIONS = 20_000;

  private static final String BPE =
      ("{'version':'1.0','truncation':null,'padding':{'strategy':'BatchLongest','direction':'Right',"
              + "'pad_to_multiple_of':null,'pad_id':0,'pad_type_id':0,'pad_token':'<s>'},"
              + "'added_tokens':[{'id':0,'content':'<s>','single_word':false,'lstrip':false,"
              + "'rstrip':false,'normalized':false,'special':true}],"
              + "'normalizer':{'type':'Sequence','normalizers':[{'type':'NFC'},{'type':'Prepend',"
              + "'prepend':'_'},{'type':'Replace','pattern':{'String':' '},'content':'_'}]},"
              + "'pre_tokenizer':{'type':'Sequence','pretokenizers':[{'type':'Digits',"
              + "'individual_digits':true},{'type':'Split','pattern':{'Regex':'[a-z]+|.'},"
              + "'behavior':'Isolated','invert':false}]},"
              + "'post_processor':{'type':'TemplateProcessing','single':[{'Sequence':{'id':'A',"
              + "'type_id':0}}],'pair':[],'special_tokens':{}},"
              + "'decoder':{'type':'Sequence','decoders':[{'type':'Replace','pattern':{'String':'_'},"
              + "'content':' '},{'type':'ByteFallback'},{'type':'Fuse'},{'type':'Strip','content':' ',"
              + "'start':1,'stop':0}]},"
              + "'model':{'type':'BPE','dropout':null,'unk_token':'<s>',"
              + "'continuing_subword_prefix':'##','end_of_word_suffix':null,'fuse_unk':true,"
              + "'byte_fallback':true,'ignore_merges':false,'vocab':{'<s>':0,'a':1,'b':2,'##b':3,"
              + "'##a':4,'ab':5,'abb':6,'_':7},'merges':[['a','##b'],['ab','##b']]}}")
          .replace('\'', '"');

  private static final String BYTE_LEVEL =
      ("{'version':'1.0','truncation':null,'padding':null,'added_tokens':[],'normalizer':null,"
              + "'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,"
              + "'use_regex':true},'post_processor':null,'decoder':{'type':'ByteLevel',"
              + "'add_prefix_space':true,'trim_offsets':true,'use_regex':true},"
              + "'model':{'dropout':null,'vocab':{'a':0,'b':1,'ab':2},'merges':['a b']}}")
          .replace('\'', '"');

  private static final String UNIGRAM =
      ("{'version':'1.0','truncation':null,'padding':null,'added_tokens':[],'normalizer':"
              + "{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,"
              + "'strip_accents':null,'lowercase':true},'pre_tokenizer':{'type':'Metaspace',"
              + "'replacement':'_','prepend_scheme':'always','split':true},'post_processor':null,"
              + "'decoder':{'type':'Metaspace','replacement':'_','prepend_scheme':'always',"
              + "'split':true},'model':{'type':'Unigram','unk_id':0,'byte_fallback':false,'vocab':"
              + "[['<unk>',0.0],['a',-1.5],['b',-2],['_ab',-1],['<0x0A>',-3]]}}")
          .replace('\'', '"');

  private static final String WORD_PIECE =
      ("{'version':'1.0','truncation':null,'padding':null,'added_tokens':[],'normalizer':null,"
              + "'pre_tokenizer':{'type':'BertPreTokenizer'},'post_processor':null,"
              + "'decoder':{'type':'WordPiece','prefix':'##','cleanup':true},"
              + "'model':{'type':'WordPiece','unk_token':'[UNK]','continuing_subword_prefix':'##',"
              + "'max_input_chars_per_word':100,'vocab':{'[UNK]':0,'ab':1,'##ba':2}}}")
          .replace('\'', '"');

  @TempDir Path folder;

  private static HuggingFaceTokenizers load(String json) {
    return new HuggingFaceTokenizers("m.json", json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void soundFilesTokenizeAsBefore() {
    try (HuggingFaceTokenizers bpe = load(BPE);
        HuggingFaceTokenizers bytes = load(BYTE_LEVEL);
        HuggingFaceTokenizers unigram = load(UNIGRAM);
        HuggingFaceTokenizers pieces = load(WORD_PIECE)) {
      assertThat(bytes.encode("abab")).containsExactly(2, 2);
      assertThat(bytes.decode(new int[] {2, 0})).isEqualTo("aba");
      assertThat(unigram.encode("ab")).containsExactly(3);
      assertThat(pieces.encode("abba")).containsExactly(1, 2);
      assertThat(bpe.encode("abb")).endsWith(6);
      assertThat(bpe.encode("<s>")).containsExactly(0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "\"type\":\"Fuse\" ~ \"type\":\"Fuze\" ~ decoder.decoders[2]: type is \"Fuze\"; supported",
        "\"type\":\"Fuse\" ~ \"typo\":\"Fuse\" ~ decoder.decoders[2]: type is missing",
        "\"stop\":0 ~ \"stop\":1 ~ decoder.decoders[3].stop: only 0 is supported",
        "\"start\":1 ~ \"start\":-1 ~ decoder.decoders[3].start: expected an integer from 0",
        "\"type\":\"NFC\" ~ \"type\":\"Precompiled\" ~ normalizer.normalizers[0]: type is",
        "[\"a\",\"##b\"] ~ [\"ab\",\"b\"] ~ model.merges[0]: its second token does not begin with",
        "[\"a\",\"##b\"] ~ [\"b\",\"##b\"] ~ model.merges[0]: the vocabulary does not hold \"bb\"",
        "\"##a\":4 ~ \"##a\":5 ~ another token has the id 5",
        "\"##a\":4 ~ \"##b\":4 ~ Duplicate field '##b'",
        "\"##a\":4 ~ \"##a\":4294967295 ~ model.vocab[\"##a\"]: expected an integer from 0",
        "\"version\":\"1.0\" ~ \"version\":\"2.0\" ~ version: expected \"1.0\"",
        "{\"Regex\":\"[a-z]+|.\"} ~ {} ~ pre_tokenizer.pretokenizers[1].pattern: expected",
        "[\"a\",\"##b\"] ~ \"a ##b\" ~ model.merges[1]: expected a pair like the first one",
        "\"decoder\": ~ \"decoder\" ~ (line 1, column",
        "\"decoder\":{ ~ \"decoder\":[],\"x\":{ ~ decoder: expected an object",
        "\"BPE\" ~ \"GPT\" ~ model.type: supported are BPE, Unigram, WordPiece and WordLevel",
      })
  void aDamagedFileIsRefusedByField(String from, String to, String message) {
    assertThat(BPE).contains(from);
    assertThatThrownBy(() -> load(BPE.replace(from, to)).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("m.json: not a usable tokenizer.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void stepsWithinStepsWithinStepsAreRefused() throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode root = (ObjectNode) json.readTree(BYTE_LEVEL);
    ObjectNode decoder = root.putObject("decoder");
    for (int i = 0; i < 200; i++) {
      decoder.put("type", "Sequence");
      decoder = decoder.putArray("decoders").addObject();
    }
    decoder.put("type", "Fuse");
    assertThatThrownBy(() -> load(root.toString()).close())
        .hasMessageContaining("expected an object, at most 8 levels deep");
  }

  private record Ended(int code, String printed) {}

  private Ended mutate(int times, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(List.of(MutatedTokenizers.class.getName(), "" + times, "20260101"));
    for (String text : List.of(BPE, BYTE_LEVEL, UNIGRAM, WORD_PIECE)) {
      Path file = folder.resolve(command.size() + ".json");
      command.add(Files.writeString(file, text).toString());
    }
    Path out = folder.resolve("out");
    Process child =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    return new Ended(child.waitFor(), Files.readString(out));
  }

  /** The child's exit code tells of a panic, which would end this JVM as well. */
  @Test
  void noDamagedFileEndsTheJvm() throws Exception {
    Ended child = mutate(MUTATIONS, "-Xmx256m");
    String printed = child.printed();
    assertThat(child.code()).as(printed.substring(Math.max(0, printed.length() - 4000))).isZero();
    String[] counts = printed.strip().lines().reduce("", (a, b) -> b).split(" ");
    assertThat(Integer.parseInt(counts[0]) + Integer.parseInt(counts[1])).isEqualTo(MUTATIONS);
    assertThat(Integer.parseInt(counts[0])).isGreaterThan(MUTATIONS / 20);
    assertThat(Integer.parseInt(counts[1])).isGreaterThan(MUTATIONS / 2);
  }

  @Test
  void aPlatformWithoutTheLibraryIsNamed() throws Exception {
    Ended child = mutate(1000, "-Dos.name=Mac OS X", "-Dos.arch=x86_64");
    assertThat(child.code()).isEqualTo(1);
    assertThat(child.printed())
        .contains("tokenizers cannot be loaded on Mac OS X x86_64", "docs/platforms.md");
  }
}
