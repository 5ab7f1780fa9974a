package dev.mpp.dns;

/**
 * Something that takes any octets. {@code bench/dns/fuzz.sh} looks for inputs that break it, {@link
 * FuzzCorpusTest} runs those that were kept.
 */
interface FuzzTarget {
  /** Throws if the input shows an error; keeps nothing that a later input could see. */
  void run(byte[] input);
}
