package dev.mpp.node.config;

/** A value that a {@link Form} does not accept. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1;

  private final String remedy;

  /**
   * @param what continues "key ": for example {@code is not a duration}
   */
  Refused(String what, String remedy) {
    super(what, null, false, false);
    this.remedy = remedy;
  }

  String remedy() {
    return remedy;
  }
}
