package dev.mpp.node.api;

import dev.mpp.core.model.SiteId;
import dev.mpp.node.api.NodeControl.MemberChange;
import dev.mpp.node.api.NodeControl.Voter;
import dev.mpp.proto.v1.ChangeMemberRequest;
import dev.mpp.proto.v1.LedgerVoter;
import dev.mpp.proto.v1.MembersReply;
import java.util.List;

/** The ledger's members as they go over the wire. */
final class MemberCodec {
  private MemberCodec() {}

  static MembersReply encode(List<Voter> voters) {
    MembersReply.Builder reply = MembersReply.newBuilder();
    voters.forEach(
        v ->
            reply.addVoters(
                LedgerVoter.newBuilder()
                    .setSite(v.site().name())
                    .setId(v.id())
                    .setAddress(v.address())
                    .setLeader(v.leader())
                    .setConnected(v.connected())
                    .setNote(v.note())));
    return reply.build();
  }

  static MemberChange decode(ChangeMemberRequest r) {
    MemberChange.Kind kind =
        switch (r.getChange()) {
          case CHANGE_ADD -> MemberChange.Kind.ADD;
          case CHANGE_REMOVE -> MemberChange.Kind.REMOVE;
          case CHANGE_REPLACE -> MemberChange.Kind.REPLACE;
          case CHANGE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("say add, remove or replace");
        };
    return new MemberChange(
        kind,
        new SiteId(r.getSite()),
        r.getForce(),
        Typed.clean(r.getUser()),
        Typed.clean(r.getReason()));
  }
}
