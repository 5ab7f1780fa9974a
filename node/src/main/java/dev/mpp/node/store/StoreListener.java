package dev.mpp.node.store;

/** Hears of writes that fail. Called on the writer thread; must return quickly and not throw. */
public interface StoreListener {
  /**
   * A batch could not be committed: the disk is full or broken. Nothing of it is lost as long as
   * the process lives; it is tried again every second.
   *
   * @param attempts failed attempts in a row, from 1
   */
  void failed(StoreException failure, int attempts);

  /** The batch that had failed is committed. */
  void recovered();
}
