package dev.mpp.checkpoints;

import java.io.IOException;

/**
 * Where a probe gets a password: at every run, from a place that is not the probe's. What it
 * returns goes to the driver and nowhere else. Safe for any thread.
 */
public interface Password {

  /**
   * The password. May block; the run is cut off at its bound all the same.
   *
   * @throws IOException if it cannot be had; the message does not quote it
   */
  String reveal() throws IOException;

  /** The server refused what {@link #reveal} returned: the next call reads it anew. */
  void refused();
}
