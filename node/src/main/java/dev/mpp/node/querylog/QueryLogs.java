package dev.mpp.node.querylog;

import dev.mpp.dns.LogFile;
import dev.mpp.dns.QueryLog;
import dev.mpp.dns.QuerySink;
import dev.mpp.dns.QueryText;
import dev.mpp.node.config.MppConfig;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** Opens the query log that a configuration or a command line asks for. */
public final class QueryLogs {
  private QueryLogs() {}

  /**
   * Starts it. What cannot be written is logged and tried again, and never keeps anybody from
   * answering.
   *
   * @param identity of the server, in dnstap
   */
  public static QueryLog open(
      MppConfig.QueryLogging wanted, Optional<String> identity, InstantSource wall) {
    DnstapEncoder encoder = new DnstapEncoder(identity, Optional.empty());
    QuerySink sink =
        switch (wanted.format()) {
          case TEXT -> new QueryText(file(wanted));
          case DNSTAP -> new DnstapFile(file(wanted), encoder);
          case DNSTAP_SOCKET -> new DnstapSocket(Path.of(wanted.path()), encoder);
        };
    return new QueryLog(wanted.oneIn(), wall, sink);
  }

  private static LogFile file(MppConfig.QueryLogging wanted) {
    return new LogFile(Path.of(wanted.path()), LogFile.USUAL_MOST);
  }
}
