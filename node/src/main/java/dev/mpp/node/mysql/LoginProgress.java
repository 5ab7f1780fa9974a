package dev.mpp.node.mysql;

import dev.mpp.core.model.PollTrouble;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a login has come, for whoever waits for it, and how long it waits for the greeting. The
 * kernel of a frozen server's host accepts connections, and each one stays in the server's queue
 * until it thaws, whether or not we gave it up: so one is kept and waited for. TCP keep-alive ends
 * it when the host is gone or has booted anew.
 */
final class LoginProgress {
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final boolean patient;
  private volatile PollTrouble missing = PollTrouble.CONNECT_TIMEOUT;
  private volatile @Nullable Socket socket;
  private volatile boolean abandoned;

  /**
   * @param patient whether to wait for the greeting of a server that is frozen; otherwise for the
   *     poll time-out
   */
  LoginProgress(boolean patient) {
    this.patient = patient;
  }

  boolean patient() {
    return patient;
  }

  void connected(Socket connected) throws IOException {
    socket = connected;
    missing = PollTrouble.NO_GREETING;
    if (abandoned) {
      connected.close();
    }
  }

  void greeted() {
    missing = PollTrouble.NO_ANSWER;
  }

  /** What is the matter when the login has not ended in time. */
  PollTrouble missing() {
    return missing;
  }

  /** Nobody waits any longer. */
  void abandon() {
    abandoned = true;
    Socket s = socket;
    if (s != null) {
      try {
        s.close();
      } catch (IOException e) {
        // It is of no use either way.
      }
    }
  }
}
