package dev.mpp.chaos.check;

/**
 * A row whose commit the server acknowledged to the writer.
 *
 * @param server the address the writer was connected to
 */
public record Ack(Row row, String server, long sent, long done) {

  Attempt attempt() {
    return new Attempt(server, sent, done, Attempt.Outcome.ACCEPTED);
  }
}
