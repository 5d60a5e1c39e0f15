package org.align4j.core.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.data.DataException;
import org.align4j.core.data.Message;

/**
 * Renders a dialogue by a model's Jinja template, with the names that Hugging Face templates rely
 * on: {@code messages}, {@code add_generation_prompt}, {@code bos_token}, {@code eos_token}, {@code
 * raise_exception}, {@code strftime_now}, {@code tojson}, namespaces and loop controls. Immutable
 * and safe to share between threads.
 */
public final class ChatTemplate {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Jinjava JINJAVA = engine();

  private final String source;
  private final Map<String, String> specialTokens;

  /**
   * Wraps a template.
   *
   * @param source the Jinja text
   * @param specialTokens values of {@code bos_token}, {@code eos_token}, ...; absent ones render
   *     empty
   */
  public ChatTemplate(String source, Map<String, String> specialTokens) {
    this.source = pythonisms(source);
    this.specialTokens = Map.copyOf(specialTokens);
  }

  /**
   * Renders the dialogue.
   *
   * @param messages the turns, in order
   * @param addGenerationPrompt whether to open an assistant turn at the end
   * @return the text that the model reads
   * @throws DataException if the template rejects the dialogue or cannot be rendered
   */
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    List<Map<String, Object>> turns = new ArrayList<>();
    for (Message message : messages) {
      Map<String, Object> turn = new LinkedHashMap<>();
      turn.put("role", message.role());
      turn.put("content", message.content());
      turns.add(turn);
    }
    Map<String, Object> context = new LinkedHashMap<>(specialTokens);
    context.put("messages", turns);
    context.put("add_generation_prompt", addGenerationPrompt);
    RenderResult result = JINJAVA.renderForResult(source, context);
    for (TemplateError error : result.getErrors()) {
      if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
        throw new DataException(
            "chat template, line " + error.getLineno() + ": " + reason(error),
            error.getException());
      }
    }
    return result.getOutput();
  }

  /** What a template raised itself lies deepest in the chain of causes. */
  private static String reason(TemplateError error) {
    String message = error.getMessage();
    for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
      message = cause.getMessage() == null ? message : cause.getMessage();
    }
    return message;
  }

  private static Jinjava engine() {
    JinjavaConfig config =
        JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withLegacyOverrides(
                LegacyOverrides.newBuilder()
                    .withUsePyishObjectMapper(true)
                    .withKeepNullableLoopValues(true)
                    .withUseNaturalOperatorPrecedence(true)
                    .withParseWhitespaceControlStrictly(true)
                    .build())
            .build();
    Jinjava jinjava = new Jinjava(config);
    Context global = jinjava.getGlobalContext();
    global.registerFunction(function("raise_exception", "raiseException", String.class));
    global.registerFunction(function("strftime_now", "strftimeNow", String.class));
    global.registerFilter(new ToJson());
    return jinjava;
  }

  private static ELFunctionDefinition function(String name, String method, Class<?>... types) {
    return new ELFunctionDefinition("", name, ChatTemplate.class, method, types);
  }

  /** Jinja's slices and Python string methods that jinjava spells differently. */
  private static String pythonisms(String template) {
    return template
        .replace(".strip()", "|trim")
        .replace(".items()", ".entrySet()")
        .replace("{% generation %}", "")
        .replace("{% endgeneration %}", "");
  }

  /**
   * Called by templates that refuse a dialogue.
   *
   * @param message why it is refused
   * @return nothing; the call always throws
   */
  public static String raiseException(String message) {
    throw new IllegalArgumentException(message);
  }

  /**
   * Called by templates that put today's date into the prompt, with a C format.
   *
   * @param format in strftime's notation, such as {@code %d %b %Y}
   * @return the date
   */
  public static String strftimeNow(String format) {
    String pattern =
        format
            .replace("%Y", "yyyy")
            .replace("%m", "MM")
            .replace("%d", "dd")
            .replace("%B", "MMMM")
            .replace("%b", "MMM")
            .replace("%H", "HH")
            .replace("%M", "mm")
            .replace("%S", "ss");
    return LocalDateTime.now(ZoneId.systemDefault())
        .format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
  }

  private static final class ToJson implements Filter {
    @Override
    public String getName() {
      return "tojson";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      try {
        return arguments.length == 0
            ? JSON.writeValueAsString(value)
            : JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException("tojson: " + e.getMessage(), e);
      }
    }
  }
}
