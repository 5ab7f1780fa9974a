package dev.mpp.node.mysql;

/**
 * One thing that was looked at on a server.
 *
 * @param check one word in capitals, for scripts; docs/mysql.md lists them
 * @param what what was found, in a sentence without a final stop
 * @param remedy what to do, empty when nothing is to be done
 */
public record Finding(Level level, String check, String what, String remedy) {

  /** How bad it is. */
  public enum Level {
    /** MPP cannot do what it promises with this server. */
    ERROR,
    /** It works, and one day it hurts. */
    WARNING,
    /** It cannot be seen from here: look yourself. */
    UNSEEN,
    /** As it should be. */
    OK
  }

  static Finding error(String check, String what, String remedy) {
    return new Finding(Level.ERROR, check, what, remedy);
  }

  static Finding warning(String check, String what, String remedy) {
    return new Finding(Level.WARNING, check, what, remedy);
  }

  static Finding unseen(String check, String what, String remedy) {
    return new Finding(Level.UNSEEN, check, what, remedy);
  }

  static Finding ok(String check, String what) {
    return new Finding(Level.OK, check, what, "");
  }
}
