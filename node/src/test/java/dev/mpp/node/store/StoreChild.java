package dev.mpp.node.store;

import java.nio.file.Path;

/** The process that is killed: appends for ever and prints each sequence that is durable. */
final class StoreChild {
  private StoreChild() {}

  public static void main(String[] args) throws Exception {
    NodeStore store = NodeStore.open(Path.of(args[0]), new StoreFixtures.Heard());
    for (int pending = 0; ; pending++) {
      NodeStore.Appended appended = store.append(StoreFixtures.event("n" + pending));
      appended.durable().thenRun(() -> acknowledge(appended.sequence()));
      if (pending % 20 == 0) {
        appended.durable().get();
      }
    }
  }

  private static void acknowledge(long sequence) {
    System.out.println(sequence);
    System.out.flush();
  }
}
