package dev.mpp.core.lease;

/**
 * Which of a site's instances acts for it.
 *
 * @param incarnation of the instance that acts; empty when no instance ever said
 * @param term grows by one with every adoption; 0 before the first. Of two instances that know
 *     different terms the one with the higher term is right
 */
public record Acting(String incarnation, long term) {
  public static final Acting NOBODY = new Acting("", 0);
}
