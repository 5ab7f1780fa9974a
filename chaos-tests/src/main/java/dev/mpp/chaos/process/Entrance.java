package dev.mpp.chaos.process;

import java.util.List;
import java.util.function.Supplier;

/** How a process, or a socket of this one, gets to where a site's network is. */
public interface Entrance {
  /** The network this process is in itself. */
  Entrance HERE =
      new Entrance() {
        @Override
        public List<String> words() {
          return List.of();
        }

        @Override
        public <T> T inside(Supplier<T> action) {
          return action.get();
        }
      };

  /** What comes before a command so that its process starts there. */
  List<String> words();

  /**
   * Runs the action there and waits for it. Sockets and platform threads that it makes stay there;
   * virtual threads do not.
   */
  <T> T inside(Supplier<T> action);
}
