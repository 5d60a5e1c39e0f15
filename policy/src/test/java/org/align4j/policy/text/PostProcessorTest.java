package org.align4j.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostProcessorTest {
  private static final String TEMPLATE =
      "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'<s>','type_id':0}},"
          + "{'Sequence':{'id':'A','type_id':0}},{'SpecialToken':{'id':'</s>','type_id':0}}],"
          + "'pair':[],'special_tokens':{'<s>':{'id':'<s>','ids':[1,2],'tokens':['<s>']},"
          + "'</s>':{'id':'</s>','ids':[3],'tokens':['</s>']}}}";

  private static int[] beginning(String postProcessor) {
    String file =
        "{'version':'1.0','added_tokens':[],'normalizer':null,'pre_tokenizer':null,"
            + "'post_processor':"
            + postProcessor
            + ",'decoder':null,'model':{'type':'BPE','vocab':{'a':0},'merges':[]}}";
    byte[] json = file.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return TokenizerJson.checked("tokenizer.json", json).beginning();
  }

  @Test
  void namesWhatStandsBeforeASingleText() {
    assertThat(beginning("null")).isEmpty();
    assertThat(beginning("{'type':'ByteLevel','trim_offsets':true}")).isEmpty();
    assertThat(beginning(TEMPLATE)).containsExactly(1, 2);
    assertThat(beginning("{'type':'RobertaProcessing','sep':['</s>',2],'cls':['<s>',5]}"))
        .containsExactly(5);
  }

  /** As Llama 3's file has it. */
  @Test
  void stepsOfASequenceAddToEachOther() {
    assertThat(
            beginning(
                "{'type':'Sequence','processors':[{'type':'ByteLevel'},"
                    + TEMPLATE
                    + ",{'type':'BertProcessing','sep':['</s>',2],'cls':['<s>',5]}]}"))
        .containsExactly(5, 1, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'Other'}|post_processor: type is \"Other\"; supported are ByteLevel",
        "[]|post_processor: expected an object",
        "{'type':'Sequence'}|post_processor.processors: expected an array of steps",
        "{'type':'TemplateProcessing'}|post_processor.single: expected an array of pieces",
        "{'type':'TemplateProcessing','single':[]}|post_processor.single: has no place for the text",
        "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'x'}}]}|"
            + "post_processor.special_tokens[\"x\"].ids: expected an array of token ids",
        "{'type':'BertProcessing','cls':['a',-1]}|post_processor.cls[1]: expected an integer from 0",
      })
  void whatIsWrongIsNamed(String postProcessor, String message) {
    assertThatThrownBy(() -> beginning(postProcessor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokenizer.json: not a usable tokenizer.json: " + message);
  }
}
