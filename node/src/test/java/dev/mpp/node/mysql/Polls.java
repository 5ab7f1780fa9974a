package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.mpp.core.model.ServerFacts;
import java.time.Duration;

/** Polls of a real server, until they say what a test waits for. */
final class Polls {
  private static final Duration LONG = Duration.ofSeconds(20);

  private Polls() {}

  static ServerFacts answered(MySqlServer server) throws Exception {
    MySqlServer.Poll[] last = new MySqlServer.Poll[1];
    try {
      Eventually.within(
          LONG,
          "a poll is answered",
          () -> (last[0] = server.poll()) instanceof MySqlServer.Poll.Answered);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ": " + last[0], e);
    }
    return ((MySqlServer.Poll.Answered) last[0]).facts();
  }

  /**
   * As {@link #answered}, and the sessions in reserve are open: on a loaded machine a login takes
   * seconds, and a fence or an opening that begins with several says nothing of its own time.
   */
  static ServerFacts ready(ServerProcess db, MySqlServer server) throws Exception {
    ServerFacts facts = answered(server);
    Eventually.within(
        LONG.multipliedBy(3),
        "poll, tripwire, fence and the rest have sessions",
        () ->
            server.poll() instanceof MySqlServer.Poll.Answered
                && Long.parseLong(
                        db.ask(
                            "SELECT COUNT(*) FROM information_schema.PROCESSLIST"
                                + " WHERE USER = 'mpp'"))
                    >= 5);
    return facts;
  }

  static MySqlServer.Poll.ConnectFailed failed(MySqlServer server) {
    return assertInstanceOf(MySqlServer.Poll.ConnectFailed.class, server.poll());
  }

  /** Polls until the last heartbeat came to this; returns the facts. */
  static ServerFacts until(MySqlServer server, ServerFacts.Commits.Outcome outcome)
      throws Exception {
    ServerFacts[] last = new ServerFacts[1];
    Eventually.within(
        LONG,
        "commits are " + outcome,
        () -> {
          last[0] = answered(server);
          return last[0].vitals().commits().outcome() == outcome;
        });
    return last[0];
  }
}
