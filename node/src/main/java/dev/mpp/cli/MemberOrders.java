package dev.mpp.cli;

import dev.mpp.proto.v1.ChangeMemberRequest;
import dev.mpp.proto.v1.OrderReply;
import java.util.concurrent.TimeUnit;

/** Orders about the ledger's voters. */
final class MemberOrders {
  /** What a new voter may need to catch up, and the way back. */
  private static final long SECONDS = 30;

  private MemberOrders() {}

  static void send(
      Cli cli,
      ChangeMemberRequest.Change change,
      String site,
      boolean force,
      Who who,
      String command) {
    ChangeMemberRequest request =
        ChangeMemberRequest.newBuilder()
            .setChange(change)
            .setSite(site)
            .setForce(force)
            .setReason(who.needReason(command))
            .setUser(who.user())
            .build();
    OrderReply reply =
        cli.nodes()
            .on(stub -> stub.withDeadlineAfter(SECONDS, TimeUnit.SECONDS).changeMember(request));
    Answers.print(cli.terminal(), reply);
  }
}
