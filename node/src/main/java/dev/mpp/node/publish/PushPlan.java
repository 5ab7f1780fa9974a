package dev.mpp.node.publish;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What to do about another server's records, given what they should be and what they are. Pure.
 *
 * <pre>
 * mark at the server        records     plan
 * none                      any         update if there still is none
 * of a newer epoch          any         stop: somebody newer speaks
 * of this epoch             as wanted   done
 * of this epoch, or older   otherwise   update if it is still that mark
 * something else, or CNAME              blocked: an operator has to look
 * </pre>
 */
sealed interface PushPlan {

  /**
   * What a holder wants the name to say.
   *
   * @param addresses canonical texts; none withdraws the name
   */
  record Wanted(long epoch, String site, Set<String> addresses) {
    public Wanted {
      addresses = Set.copyOf(addresses);
    }

    /** As the mark tells it. */
    String owner() {
      return addresses.isEmpty() ? EpochMark.NONE : site;
    }
  }

  /**
   * What the server says.
   *
   * @param marks the texts at {@code _mpp.NAME}
   * @param addresses canonical texts of A and AAAA
   * @param ttl of them; -1 without any
   * @param alias whether the name is a CNAME
   */
  record Observed(List<String> marks, Set<String> addresses, long ttl, boolean alias) {
    public Observed {
      marks = List.copyOf(marks);
      addresses = Set.copyOf(addresses);
    }
  }

  /** The server says what it should. */
  record Done(EpochMark mark) implements PushPlan {}

  /**
   * Send an update.
   *
   * @param expected the mark that must still be there; empty: none must
   */
  record Update(Optional<EpochMark> expected, EpochMark mark) implements PushPlan {}

  /** Nothing can be done from here. */
  record Blocked(String why) implements PushPlan {}

  /**
   * @param ttl that the addresses should have
   * @param written the last mark that this process wrote: a server that keeps another TTL than it
   *     was given is not told again and again
   */
  static PushPlan of(Wanted wanted, long ttl, Observed observed, Optional<EpochMark> written) {
    if (observed.alias()) {
      return new Blocked("the name is a CNAME there; remove it");
    }
    if (observed.marks().isEmpty()) {
      return new Update(Optional.empty(), new EpochMark(wanted.epoch(), 1, wanted.owner()));
    }
    Optional<EpochMark> mark =
        observed.marks().size() == 1
            ? EpochMark.parse(observed.marks().getFirst())
            : Optional.empty();
    if (mark.isEmpty()) {
      return new Blocked(
          "the TXT at " + EpochMark.LABEL + " in front of the name is not MPP's; remove it");
    }
    EpochMark there = mark.get();
    if (there.epoch() > wanted.epoch()) {
      return new Blocked(
          "the server has epoch "
              + there.epoch()
              + " of "
              + there.site()
              + ", newer than this site's "
              + wanted.epoch()
              + ": it is left alone. If that is of a deployment that is gone, remove the TXT at "
              + EpochMark.LABEL
              + " in front of the name");
    }
    boolean right =
        there.epoch() == wanted.epoch()
            && there.site().equals(wanted.owner())
            && observed.addresses().equals(wanted.addresses())
            && (observed.ttl() == ttl || observed.ttl() < 0 || mark.equals(written));
    return right ? new Done(there) : new Update(mark, there.next(wanted.epoch(), wanted.owner()));
  }
}
