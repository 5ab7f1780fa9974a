package dev.mpp.node.api;

/** Words that an operator typed, on their way to the log, the journal and other terminals. */
final class Typed {
  private static final int LONGEST = 500;

  private Typed() {}

  /** Without control and format characters, which could steer a terminal, and bounded. */
  static String clean(String text) {
    String words =
        text.codePoints()
            .map(
                c ->
                    Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString()
            .strip();
    return words.length() <= LONGEST ? words : words.substring(0, LONGEST) + "…";
  }
}
