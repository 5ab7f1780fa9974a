package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.OrderSiteRequest;

/** Gives an order about a whole site, and prints what became of it. */
final class SiteOrders {
  private SiteOrders() {}

  static void give(Cli cli, String site, OrderSiteRequest.Mode mode, String reason, Who who) {
    OrderSiteRequest request =
        OrderSiteRequest.newBuilder()
            .setSite(site)
            .setMode(mode)
            .setReason(reason)
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.orderSite(request));
    Answers.print(cli.terminal(), reply);
  }
}
