package dev.mpp.node.mysql;

import dev.mpp.core.model.PollTrouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The dialect of the server at one address: what the first login found. A server of the other
 * family that turns up there later is refused at every login, as the statements and the memory of
 * this process are for the first one.
 */
final class Family {
  private volatile @Nullable Dialect dialect;

  /** Called at every login. */
  synchronized Dialect seen(String version) throws LinkException {
    Dialect now = Dialect.of(version);
    Dialect known = dialect;
    if (known == null) {
      dialect = now;
      return now;
    }
    if (known.getClass() != now.getClass()) {
      throw new LinkException(
          LinkException.Kind.SQL,
          PollTrouble.UNSUPPORTED,
          "this was a "
              + known.name()
              + " server and is now "
              + now.name()
              + " "
              + version
              + "; if that is meant, restart MPP here");
    }
    return known;
  }

  /** Of the session in hand; not called before a login. */
  Dialect get() {
    Dialect known = dialect;
    if (known == null) {
      throw new IllegalStateException("no login yet");
    }
    return known;
  }

  /** Something of the dialect, or what stands for it before the first login. */
  <T> T orElse(Function<Dialect, T> part, T before) {
    Dialect known = dialect;
    return known == null ? before : part.apply(known);
  }
}
