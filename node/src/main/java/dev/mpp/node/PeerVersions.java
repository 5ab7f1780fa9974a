package dev.mpp.node;

import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.node.agreement.Agreement;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What the peers said of themselves when they connected: their configuration's hash, which is an
 * entry of the journal when it begins or ceases to differ from this site's, and the name of their
 * ledger storage. From any thread.
 */
final class PeerVersions {
  static final String KIND = "configuration";

  private final String ownHash;
  private final Consumer<BrainCommand.Journal> journal;
  private final Map<String, String> hashes = new ConcurrentHashMap<>();
  private final Map<SiteId, String> members = new ConcurrentHashMap<>();

  /**
   * @param ownHash of this site's configuration
   */
  PeerVersions(String ownHash, Consumer<BrainCommand.Journal> journal) {
    this.ownHash = ownHash;
    this.journal = journal;
  }

  /**
   * @param process the site, or the site and which of its two instances
   * @param member name of its ledger storage, empty without one
   */
  void greeted(SiteId peer, String process, String hash, String member) {
    if (Agreement.votes(member)) {
      members.put(peer, member);
    }
    String before = Objects.requireNonNullElse(hashes.put(process, hash), ownHash);
    if (hash.equals(before)) {
      return;
    }
    String text =
        hash.equals(ownHash)
            ? "runs the configuration of this site again (" + hash + ")"
            : "runs another configuration of the deployment (%s, here %s): compare mpp.yml; while versions are upgraded it passes by itself"
                .formatted(hash, ownHash);
    journal.accept(new BrainCommand.Journal("", KIND, process, "", "", 0, text));
  }

  /** Name of a peer's storage that votes, or would; empty when it was not heard or has none. */
  Optional<String> member(SiteId peer) {
    return Optional.ofNullable(members.get(peer)).filter(m -> !m.isEmpty());
  }
}
