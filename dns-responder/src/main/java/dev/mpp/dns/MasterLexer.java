package dev.mpp.dns;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a master file into entries and words (RFC 1035 section 5.1): quotes, comments, and
 * parentheses that let an entry go on over lines. One use per instance.
 */
final class MasterLexer {

  /** A word as written, without the quotes if it had some; escapes are left in. */
  record Word(String text, boolean quoted) {}

  /**
   * One directive or record.
   *
   * @param line where it begins, from 1
   * @param startsBlank whether the owner is that of the entry before
   */
  record Entry(int line, boolean startsBlank, List<Word> words) {}

  /** Text that is no master file; {@code line} is where. */
  static final class LexicalException extends Exception {
    private final int line;

    LexicalException(int line, String message) {
      super(message);
      this.line = line;
    }

    int line() {
      return line;
    }
  }

  private final String text;
  private final List<Entry> entries = new ArrayList<>();
  private List<Word> words = new ArrayList<>();
  private int at;
  private int line = 1;
  private int entryLine = 1;
  private boolean startsBlank;
  private int openedAt;

  MasterLexer(String text) {
    this.text = text;
  }

  List<Entry> entries() throws LexicalException {
    startsBlank = blankAt(0);
    while (at < text.length()) {
      step(text.charAt(at));
    }
    if (openedAt > 0) {
      throw new LexicalException(openedAt, "this \"(\" is never closed; add a \")\"");
    }
    endEntry();
    return entries;
  }

  private void step(char c) throws LexicalException {
    switch (c) {
      case '\n' -> {
        at++;
        line++;
        if (openedAt == 0) {
          endEntry();
        }
      }
      case ' ', '\t', '\r' -> at++;
      case ';' -> at = endOfLine();
      case '(' -> {
        if (openedAt > 0) {
          throw new LexicalException(line, "\"(\" within parentheses; remove one");
        }
        openedAt = line;
        at++;
      }
      case ')' -> {
        if (openedAt == 0) {
          throw new LexicalException(line, "\")\" without \"(\"; remove it");
        }
        openedAt = 0;
        at++;
      }
      case '"' -> quoted();
      default -> plain();
    }
  }

  private int endOfLine() {
    int end = text.indexOf('\n', at);
    return end < 0 ? text.length() : end;
  }

  private void quoted() throws LexicalException {
    int start = ++at;
    while (at < text.length() && text.charAt(at) != '"') {
      if (text.charAt(at) == '\n') {
        break;
      }
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= text.length() || text.charAt(at) != '"') {
      throw new LexicalException(line, "a quoted string does not end on its line; add the quote");
    }
    words.add(new Word(text.substring(start, at++), true));
  }

  private void plain() {
    int start = at;
    while (at < text.length() && " \t\r\n;()\"".indexOf(text.charAt(at)) < 0) {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    at = Math.min(at, text.length());
    words.add(new Word(text.substring(start, at), false));
  }

  private void endEntry() {
    if (!words.isEmpty()) {
      entries.add(new Entry(entryLine, startsBlank, List.copyOf(words)));
      words = new ArrayList<>();
    }
    entryLine = line;
    startsBlank = blankAt(at);
  }

  private boolean blankAt(int index) {
    return index < text.length() && (text.charAt(index) == ' ' || text.charAt(index) == '\t');
  }
}
