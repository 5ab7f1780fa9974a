package dev.mpp.dns;

import java.io.IOException;

/**
 * Where logged queries end up. One thread calls it, in this order: {@link #open}, any number of
 * {@link #write} and {@link #flush}, {@link #close}; and again from the start after a failure.
 */
public interface QuerySink {
  /**
   * Makes ready to write.
   *
   * @throws IOException with words for an operator; it is tried again later
   */
  void open() throws IOException;

  void write(LoggedQuery query) throws IOException;

  /** Nothing more comes at present. */
  void flush() throws IOException;

  /** Ends what {@link #open} began, as well as it can; harmless when nothing is open. */
  void close();
}
