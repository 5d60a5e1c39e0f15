package org.align4j.core.refusal;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;

/**
 * Reads an answer's words in one pass: lower case, contractions written out, markdown and commas
 * dropped. Sentences end at {@code . ! ? : ;} before a space, and at line ends unless the next line
 * goes on in lower case.
 */
final class WordReader {
  /** The words that contractions are written out with. */
  static final List<String> CONTRACTED =
      List.of(
          "i", "am", "is", "are", "have", "will", "would", "can", "not", "shall", "do", "it",
          "that", "this", "there", "here", "what", "he", "she");

  private static final int LONGEST_WORD = 24;

  private final Lexicon lexicon;
  private final int is;
  private final int not;
  private final int am;
  private final int are;
  private final int have;
  private final int will;
  private final int would;
  private final int can;
  private final int shall;
  private final int doWord;
  private final int i;

  WordReader(Lexicon lexicon) {
    this.lexicon = lexicon;
    is = lexicon.id("is");
    not = lexicon.id("not");
    am = lexicon.id("am");
    are = lexicon.id("are");
    have = lexicon.id("have");
    will = lexicon.id("will");
    would = lexicon.id("would");
    can = lexicon.id("can");
    shall = lexicon.id("shall");
    doWord = lexicon.id("do");
    i = lexicon.id("i");
  }

  AnswerWords read(String answer) {
    return new Pass(compose(answer)).run();
  }

  /** NFKC where a character may need it; most answers hold none. */
  private static String compose(String answer) {
    for (int at = 0; at < answer.length(); at++) {
      if (mayDecompose(answer.charAt(at))) {
        return Normalizer.normalize(answer, Normalizer.Form.NFKC);
      }
    }
    return answer;
  }

  private static boolean mayDecompose(char c) {
    boolean mark = c >= 0x300 && c < 0x370;
    boolean letterlike = c >= 0x2100 && c < 0x2190;
    boolean wide = c >= 0x3100 && (c < 0x4e00 || c > 0x9fff);
    return mark || letterlike || wide;
  }

  final class Pass {
    final String text;
    private final char[] letters = new char[LONGEST_WORD];
    final int[] ids;
    final int[] sentence;
    final int[] word;
    final boolean[] quoted;
    final int[] hashes;
    int longestRun;
    private int run;
    private char last;
    private int hash;
    private int length;
    private int apostrophe = -1;
    int size;
    int sentences;
    int words;
    int listItems;
    private boolean inQuotes;
    private boolean lineStart = true;

    Pass(String text) {
      this.text = text;
      int most = text.length() + 3;
      ids = new int[most];
      sentence = new int[most];
      word = new int[most];
      quoted = new boolean[most];
      hashes = new int[most];
    }

    AnswerWords run() {
      for (int at = 0; at < text.length(); at++) {
        take(text.charAt(at), at);
      }
      endWord();
      endSentence();
      unquote();
      return new AnswerWords(this);
    }

    private void take(char c, int at) {
      run = c == last && c > ' ' ? run + 1 : 1;
      last = c;
      longestRun = Math.max(longestRun, run);
      if (isSmall(c) || isDigit(c)) {
        letter(c);
      } else if (c >= 'A' && c <= 'Z') {
        letter((char) (c + 32));
      } else if (isApostrophe(c)) {
        if (length > 0
            && apostrophe < 0
            && at + 1 < text.length()
            && isLetter(text.charAt(at + 1))) {
          apostrophe = length;
        } else {
          endWord();
        }
      } else if (c > 127 && Character.isLetterOrDigit(c)) {
        letter(Character.toLowerCase(c));
      } else if (!isInvisible(c)) {
        separator(c, at);
      }
    }

    private void letter(char c) {
      if (length < LONGEST_WORD) {
        letters[length] = c;
      }
      hash = 31 * hash + c;
      length++;
    }

    private void separator(char c, int at) {
      boolean first = lineStart;
      boolean number = first && length > 0 && length < 4 && isDigit(letters[0]);
      if ((c == '.' || c == ')') && number) {
        length = 0;
        hash = 0;
        listItems++;
        lineStart = false;
        return;
      }
      endWord();
      switch (c) {
        case '\n' -> {
          boolean wrapped = at + 1 < text.length() && isSmall(text.charAt(at + 1));
          if (!wrapped) {
            endSentence();
          }
          inQuotes = false;
          lineStart = true;
        }
        case '.', '!', '?', ':', ';' -> {
          if (at + 1 == text.length() || !isLetter(text.charAt(at + 1))) {
            endSentence();
          }
        }
        case '"', '\u201c', '\u201d' -> inQuotes = !inQuotes && c != '\u201d';
        case '-', '*', '\u2022' -> {
          if (first && lineStart && at + 1 < text.length() && text.charAt(at + 1) == ' ') {
            listItems++;
            lineStart = false;
          }
        }
        default -> {}
      }
    }

    private void endWord() {
      if (length == 0) {
        return;
      }
      lineStart = false;
      hashes[words] = hash;
      hash = 0;
      int whole = Math.min(length, LONGEST_WORD);
      if (apostrophe < 0 || apostrophe >= whole) {
        plain(whole);
      } else {
        contraction(apostrophe, whole);
      }
      length = 0;
      apostrophe = -1;
    }

    private void plain(int whole) {
      if (is(whole, "cannot") || is(whole, "cant")) {
        emit(can);
        emit(not);
      } else if (is(whole, "dont")) {
        emit(doWord);
        emit(not);
      } else if (is(whole, "wont")) {
        emit(will);
        emit(not);
      } else if (is(whole, "im")) {
        emit(i);
        emit(am);
      } else {
        emit(length > LONGEST_WORD ? Lexicon.OTHER : lexicon.id(letters, whole));
      }
      words++;
    }

    private void contraction(int base, int whole) {
      int tail = whole - base;
      char first = letters[base];
      if (first == 't' && tail == 1 && base > 1 && letters[base - 1] == 'n') {
        negation(base - 1);
      } else {
        int id = lexicon.id(letters, base);
        emit(id);
        if (first == 'm' && tail == 1) {
          emit(am);
        } else if (first == 's' && tail == 1 && id != Lexicon.OTHER && takesIs(base)) {
          emit(is);
        } else if (tail == 2) {
          second(first, letters[base + 1]);
        } else if (first == 'd' && tail == 1) {
          emit(would);
        }
      }
      words++;
    }

    private void negation(int base) {
      if (is(base, "ca")) {
        emit(can);
      } else if (is(base, "wo")) {
        emit(will);
      } else if (is(base, "sha")) {
        emit(shall);
      } else {
        emit(lexicon.id(letters, base));
      }
      emit(not);
    }

    private void second(char first, char last) {
      if (first == 'r' && last == 'e') {
        emit(are);
      } else if (first == 'v' && last == 'e') {
        emit(have);
      } else if (first == 'l' && last == 'l') {
        emit(will);
      }
    }

    private boolean takesIs(int base) {
      return is(base, "it")
          || is(base, "that")
          || is(base, "this")
          || is(base, "there")
          || is(base, "here")
          || is(base, "what")
          || is(base, "he")
          || is(base, "she");
    }

    private boolean is(int whole, String expected) {
      if (whole != expected.length()) {
        return false;
      }
      for (int k = 0; k < whole; k++) {
        if (letters[k] != expected.charAt(k)) {
          return false;
        }
      }
      return true;
    }

    /** An answer that stands in quotation marks as a whole is no speech of someone else. */
    private void unquote() {
      int marked = 0;
      for (int k = 0; k < size; k++) {
        marked += quoted[k] ? 1 : 0;
      }
      if (2 * marked > size) {
        Arrays.fill(quoted, false);
      }
    }

    private void emit(int id) {
      ids[size] = id;
      sentence[size] = sentences;
      word[size] = words;
      quoted[size] = inQuotes;
      size++;
    }

    private void endSentence() {
      if (size > 0 && ids[size - 1] != Lexicon.END) {
        emit(Lexicon.END);
        sentences++;
      }
    }
  }

  private static boolean isApostrophe(char c) {
    return c == '\''
        || c == '\u2019'
        || c == '\u2018'
        || c == '\u02bc'
        || c == '\u00b4'
        || c == '`';
  }

  /** A letter or a digit. */
  private static boolean isLetter(char c) {
    if (c < 128) {
      return isSmall(c) || isDigit(c) || (c >= 'A' && c <= 'Z');
    }
    return Character.isLetter(c);
  }

  private static boolean isSmall(char c) {
    return c >= 'a' && c <= 'z';
  }

  /** Zero-width characters stand inside words. */
  private static boolean isInvisible(char c) {
    return (c >= 0x200b && c <= 0x200d) || c == 0xfeff;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
