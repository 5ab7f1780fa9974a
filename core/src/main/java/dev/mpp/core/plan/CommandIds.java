package dev.mpp.core.plan;

/** Numbers commands so that a late answer is recognised; one per brain, never reset. */
final class CommandIds {
  private long last;

  long next() {
    return ++last;
  }
}
