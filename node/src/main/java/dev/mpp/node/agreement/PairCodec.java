package dev.mpp.node.agreement;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pair.Ordered;
import dev.mpp.core.pair.PairMessage;
import dev.mpp.core.pair.PairStored;
import dev.mpp.core.pair.Register;
import dev.mpp.core.pair.Version;
import dev.mpp.proto.v1.PairAnswer;
import dev.mpp.proto.v1.PairCopy;
import dev.mpp.proto.v1.PairEnvelope;
import dev.mpp.proto.v1.PairFile;
import dev.mpp.proto.v1.PairForced;
import dev.mpp.proto.v1.PairOrdered;
import dev.mpp.proto.v1.PairRegister;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Between {@code core.pair} and its bytes; as strict as {@link LedgerCodec}, which it uses. */
final class PairCodec {
  private PairCodec() {}

  static PairEnvelope encode(String deployment, PairMessage m) {
    PairEnvelope.Builder e =
        PairEnvelope.newBuilder()
            .setDeployment(deployment)
            .setFrom(m.from().name())
            .setIncarnation(m.incarnation())
            .setTo(m.to())
            .setSequence(m.sequence())
            .setAsk(m.ask())
            .addAllAcked(m.acked());
    for (PairMessage.Copy c : m.copies()) {
      PairCopy.Builder copy = PairCopy.newBuilder().setRegister(encode(c.register()));
      if (c.claimedAgo() >= 0) {
        copy.setClaimedAgo(c.claimedAgo());
      }
      e.addCopies(copy);
    }
    m.holds().forEach(s -> e.addHolds(s.name()));
    m.orders().forEach(o -> e.addOrders(encode(o)));
    m.forwards().forEach(f -> e.addForwards(ByteString.copyFrom(LedgerCodec.encode(f))));
    m.answers()
        .forEach(
            a ->
                e.addAnswers(
                    PairAnswer.newBuilder()
                        .setSequence(a.sequence())
                        .setOutcome(ByteString.copyFrom(LedgerCodec.encode(a.outcome())))));
    return e.build();
  }

  /**
   * @throws UnreadableLedgerException when it is damaged or of a newer version
   */
  static PairMessage message(PairEnvelope e) {
    try {
      return new PairMessage(
          new SiteId(e.getFrom()),
          e.getIncarnation(),
          e.getTo(),
          e.getSequence(),
          e.getAsk(),
          e.getCopiesList().stream()
              .map(
                  c ->
                      new PairMessage.Copy(
                          register(c.getRegister()), c.hasClaimedAgo() ? c.getClaimedAgo() : -1))
              .toList(),
          e.getOrdersList().stream().map(PairCodec::ordered).toList(),
          e.getAckedList(),
          e.getHoldsList().stream().map(ServiceName::new).collect(Collectors.toSet()),
          e.getForwardsList().stream().map(f -> LedgerCodec.command(f.toByteArray())).toList(),
          e.getAnswersList().stream()
              .map(
                  a ->
                      new PairMessage.Answer(
                          a.getSequence(), LedgerCodec.outcome(a.getOutcome().toByteArray())))
              .toList());
    } catch (IllegalArgumentException wrong) {
      throw new UnreadableLedgerException(
          "a ledger message is invalid: " + wrong.getMessage(), wrong);
    }
  }

  private static PairRegister encode(Register r) {
    PairRegister.Builder b =
        PairRegister.newBuilder()
            .setGrant(
                ByteString.copyFrom(
                    LedgerCodec.encode(
                        new LedgerState(
                            Map.of(r.grant().service(), r.grant()), Map.of(), Map.of()))))
            .setOwner(r.owner().name())
            .setChanges(r.version().changes())
            .setDurableEpoch(r.durable().epoch())
            .setDurableChanges(r.durable().changes())
            .setLast(ByteString.copyFrom(LedgerCodec.encode(r.last())));
    r.forced()
        .ifPresent(f -> b.setForced(PairForced.newBuilder().setBy(f.by()).setReason(f.reason())));
    return b.build();
  }

  private static Register register(PairRegister r) {
    LedgerState one = LedgerCodec.state(r.getGrant().toByteArray());
    if (one.grants().size() != 1) {
      throw new IllegalArgumentException("a register has " + one.grants().size() + " grants");
    }
    Grant grant = one.grants().values().iterator().next();
    return new Register(
        grant,
        new SiteId(r.getOwner()),
        new Version(grant.epoch(), r.getChanges()),
        new Version(r.getDurableEpoch(), r.getDurableChanges()),
        LedgerCodec.command(r.getLast().toByteArray()),
        r.hasForced()
            ? Optional.of(new Register.Forced(r.getForced().getBy(), r.getForced().getReason()))
            : Optional.empty());
  }

  private static PairOrdered encode(Ordered o) {
    return PairOrdered.newBuilder()
        .setChanges(o.changes())
        .setLast(ByteString.copyFrom(LedgerCodec.encode(o.last())))
        .build();
  }

  private static Ordered ordered(PairOrdered o) {
    if (LedgerCodec.command(o.getLast().toByteArray()) instanceof LedgerCommand.OrderSite order) {
      return new Ordered(o.getChanges(), order);
    }
    throw new IllegalArgumentException("an order about a site is another command");
  }

  static byte[] encode(String deployment, SiteId site, String peer, PairStored s) {
    PairFile.Builder f =
        PairFile.newBuilder()
            .setDeployment(deployment)
            .setSite(site.name())
            .setPeer(peer)
            .setMet(s.met())
            .addAllAnswered(s.answered());
    s.displaced().forEach(n -> f.addDisplaced(n.name()));
    s.registers().values().forEach(r -> f.addRegisters(encode(r)));
    s.orders().values().forEach(o -> f.addOrders(encode(o)));
    return f.build().toByteArray();
  }

  /** A file's content before it is known whose it is. */
  static PairFile file(byte[] bytes) {
    try {
      return PairFile.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableLedgerException("the ledger's file is damaged: " + e.getMessage(), e);
    }
  }

  static PairStored stored(PairFile f) {
    try {
      Map<ServiceName, Register> registers = new HashMap<>();
      f.getRegistersList().stream()
          .map(PairCodec::register)
          .forEach(r -> registers.put(r.grant().service(), r));
      Map<SiteId, Ordered> orders = new HashMap<>();
      f.getOrdersList().stream()
          .map(PairCodec::ordered)
          .forEach(o -> orders.put(o.last().site(), o));
      return new PairStored(
          f.getMet(),
          registers,
          orders,
          Set.copyOf(f.getAnsweredList()),
          f.getDisplacedList().stream().map(ServiceName::new).collect(Collectors.toSet()));
    } catch (IllegalArgumentException wrong) {
      throw new UnreadableLedgerException(
          "the ledger's file is invalid: " + wrong.getMessage(), wrong);
    }
  }
}
