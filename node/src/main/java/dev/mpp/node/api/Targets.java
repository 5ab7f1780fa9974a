package dev.mpp.node.api;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.node.NodeSnapshot;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What an operator's words mean at the asked site. What belongs to another site is refused as
 * NOT_FOUND, so that the asker can go on to a node there; what is ambiguous is refused with the
 * choices.
 */
record Targets(NodeSnapshot picture) {

  /** A node of this site and its pool. */
  record Node(ServiceName service, String pool, NodeAddress address) {}

  /**
   * @param pool name of the pool or the service; empty when the node is in one pool only
   */
  Node node(String text, String pool) {
    NodeAddress address;
    try {
      address = NodeAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw Status.INVALID_ARGUMENT
          .withDescription(e.getMessage() + "; write HOST:PORT as mpp list prints it")
          .asRuntimeException();
    }
    List<PoolView> having = picture.local().pools().stream().filter(p -> has(p, address)).toList();
    if (having.isEmpty()) {
      throw notHere(address.toString(), "a node", p -> has(p, address));
    }
    List<PoolView> meant = having.stream().filter(p -> pool.isEmpty() || named(p, pool)).toList();
    if (meant.isEmpty()) {
      throw new IllegalArgumentException(
          "%s is not a node of pool %s; it is in %s".formatted(address, pool, names(having)));
    }
    if (meant.size() > 1) {
      throw new IllegalArgumentException(
          "%s is in several pools; say which: --pool %s".formatted(address, names(meant)));
    }
    return new Node(meant.getFirst().service(), meant.getFirst().name(), address);
  }

  /**
   * @param text name of the pool or the service; empty when the site has one pool only
   */
  PoolView pool(String text) {
    List<PoolView> all = picture.local().pools();
    List<PoolView> meant = all.stream().filter(p -> text.isEmpty() || named(p, text)).toList();
    if (meant.size() == 1) {
      return meant.getFirst();
    }
    if (meant.size() > 1) {
      throw new IllegalArgumentException(
          picture.local().site() + " has several pools; name one: " + names(meant));
    }
    if (text.isEmpty()) {
      throw Status.NOT_FOUND
          .withDescription(
              picture.local().site() + " has no pool; ask a node of another site (--node)")
          .asRuntimeException();
    }
    throw notHere(text, "a pool or service", p -> named(p, text));
  }

  /** The services an order about {@code text} concerns. */
  List<ServiceName> services(String text, boolean all) {
    List<ServiceName> known = picture.services().stream().map(NodeSnapshot.Service::name).toList();
    String list = known.stream().map(ServiceName::name).collect(Collectors.joining(", "));
    if (all && !text.isEmpty()) {
      throw new IllegalArgumentException("--all and the service " + text + " exclude each other");
    }
    if (all) {
      return known;
    }
    if (text.isEmpty() && known.size() != 1) {
      throw new IllegalArgumentException(
          "there are several services; name one, or say --all: " + list);
    }
    List<ServiceName> meant =
        known.stream()
            .filter(s -> text.isEmpty() || s.name().equals(text.toLowerCase(Locale.ROOT)))
            .toList();
    if (meant.isEmpty()) {
      throw new IllegalArgumentException("there is no service " + text + "; there is " + list);
    }
    return meant;
  }

  private StatusRuntimeException notHere(String what, String kind, Predicate<PoolView> has) {
    String owner =
        picture.peers().stream()
            .filter(p -> p.view().isPresent())
            .filter(p -> p.view().get().pools().stream().anyMatch(has))
            .map(
                p -> "; it is %s of %s: ask a node of that site (--node)".formatted(kind, p.site()))
            .findFirst()
            .orElse("; no site lists it (mpp pool list)");
    return Status.NOT_FOUND
        .withDescription(what + " is not " + kind + " of " + site() + owner)
        .asRuntimeException();
  }

  private String site() {
    return picture.local().site().name();
  }

  private static boolean has(PoolView pool, NodeAddress node) {
    return pool.nodes().stream().map(SiteView.NodeView::address).anyMatch(node::equals);
  }

  private static boolean named(PoolView pool, String text) {
    return pool.name().equals(text) || pool.service().name().equals(text.toLowerCase(Locale.ROOT));
  }

  private static String names(List<PoolView> pools) {
    return pools.stream().map(PoolView::name).collect(Collectors.joining(", "));
  }
}
