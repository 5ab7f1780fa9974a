package dev.mpp.node.config;

/**
 * One thing that is wrong, or doubtful, in a configuration file.
 *
 * @param file as it was given
 * @param line from 1
 * @param column from 1
 * @param what one sentence without a final stop
 * @param remedy what to do about it
 */
public record Problem(String file, int line, int column, String what, String remedy) {

  /** {@code file:line:column: what; remedy}. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + what + "; " + remedy;
  }
}
