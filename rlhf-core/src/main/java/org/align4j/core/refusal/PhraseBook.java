package org.align4j.core.refusal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The wordings of {@code phrases.txt} (its head tells the notation), found word by word. A phrase
 * has at most a dozen elements, so the time is linear in the text's length.
 */
final class PhraseBook {
  private static final String RESOURCE = "phrases.txt";

  private final Lexicon lexicon;
  private final Phrase[][] byFirstWord;

  private PhraseBook(Lexicon lexicon, Phrase[][] byFirstWord) {
    this.lexicon = lexicon;
    this.byFirstWord = byFirstWord;
  }

  /** A set of words, or any word if null; {@code optional} ones may be missing. */
  private record Element(boolean[] words, boolean optional) {
    boolean takes(int id) {
      return id != Lexicon.END && (words == null || words[id]);
    }
  }

  private record Phrase(Signal signal, Element[] elements) {
    /** The index after the match that starts at {@code from}, or -1. */
    int end(int[] ids, int from) {
      return end(ids, from, 0);
    }

    private int end(int[] ids, int at, int element) {
      if (element == elements.length) {
        return at;
      }
      Element next = elements[element];
      if (at < ids.length && next.takes(ids[at])) {
        int end = end(ids, at + 1, element + 1);
        if (end >= 0) {
          return end;
        }
      }
      return next.optional() ? end(ids, at, element + 1) : -1;
    }
  }

  /** Told of each match. */
  interface Listener {
    void found(Signal signal, int from, int end);
  }

  Lexicon lexicon() {
    return lexicon;
  }

  /** Reports every phrase of some signals at every word, in the text's order. */
  void find(AnswerWords words, Set<Signal> signals, Listener listener) {
    int[] ids = words.ids;
    for (int at = 0; at < ids.length; at++) {
      for (Phrase phrase : byFirstWord[ids[at]]) {
        int end = signals.contains(phrase.signal()) ? phrase.end(ids, at) : -1;
        if (end >= 0) {
          listener.found(phrase.signal(), at, end);
        }
      }
    }
  }

  /** Reads the library's own phrases. */
  static PhraseBook load() {
    try (InputStream in = PhraseBook.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + RESOURCE + " is missing");
      }
      return parse(
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static PhraseBook parse(List<String> lines) {
    Map<String, List<String>> classes = new LinkedHashMap<>();
    List<Wording> wordings = new ArrayList<>();
    Signal signal = null;
    for (String line : lines) {
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      if (text.startsWith("[")) {
        signal = Signal.valueOf(text.substring(1, text.length() - 1).toUpperCase(Locale.ROOT));
      } else if (text.contains("} = ")) {
        List<String> words = List.of(text.split(" "));
        classes.put(words.get(0), words.subList(2, words.size()));
      } else {
        wordings.add(new Wording(signal, elements(text, classes)));
      }
    }
    return compile(wordings);
  }

  /** A phrase as it is written: alternatives of each element. */
  private record Wording(Signal signal, List<List<String>> elements) {}

  /** Alternatives of each element; an optional one begins with "?". */
  private static List<List<String>> elements(String text, Map<String, List<String>> classes) {
    List<List<String>> out = new ArrayList<>();
    for (String element : text.split(" ")) {
      boolean optional = element.endsWith("?");
      String body = optional ? element.substring(0, element.length() - 1) : element;
      List<String> alternatives = new ArrayList<>();
      if (optional) {
        alternatives.add("?");
      }
      for (String alternative : body.split("\\|")) {
        if (alternative.startsWith("{")) {
          if (!classes.containsKey(alternative)) {
            throw new IllegalArgumentException(text + ": no class " + alternative);
          }
          alternatives.addAll(classes.get(alternative));
        } else {
          alternatives.add(alternative);
        }
      }
      out.add(alternatives);
    }
    if (out.get(0).contains("?") || out.get(0).contains("~")) {
      throw new IllegalArgumentException(text + ": a phrase begins with a word");
    }
    return out;
  }

  private static PhraseBook compile(List<Wording> wordings) {
    Set<String> named = new LinkedHashSet<>(WordReader.CONTRACTED);
    wordings.forEach(wording -> wording.elements().forEach(named::addAll));
    named.removeAll(List.of("?", "~"));
    Lexicon lexicon = new Lexicon(named);
    List<List<Phrase>> byFirst = new ArrayList<>();
    for (int i = 0; i < lexicon.size(); i++) {
      byFirst.add(new ArrayList<>());
    }
    for (Wording wording : wordings) {
      List<List<String>> elements = wording.elements();
      Phrase phrase =
          new Phrase(
              wording.signal(),
              elements.stream().map(words -> element(words, lexicon)).toArray(Element[]::new));
      for (String first : new LinkedHashSet<>(elements.get(0))) {
        byFirst.get(lexicon.id(first)).add(phrase);
      }
    }
    return new PhraseBook(
        lexicon,
        byFirst.stream().map(list -> list.toArray(Phrase[]::new)).toArray(Phrase[][]::new));
  }

  private static Element element(List<String> words, Lexicon lexicon) {
    boolean optional = words.get(0).equals("?");
    if (words.contains("~")) {
      return new Element(null, optional);
    }
    boolean[] takes = new boolean[lexicon.size()];
    words.stream()
        .filter(word -> !word.equals("?"))
        .forEach(word -> takes[lexicon.id(word)] = true);
    return new Element(takes, optional);
  }
}
