package dev.mpp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mpp.proto.v1.LedgerVoter;
import dev.mpp.proto.v1.MembersReply;
import dev.mpp.proto.v1.MembersRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the voters of the ledger as agreed, and what does not fit the asked node's mpp.yml.",
      "STORAGE is the name under which a site's disk votes: another disk has another name.",
    })
final class MemberListCommand implements Runnable {
  private final Cli cli;

  @Option(names = "--json", description = "Print one JSON array instead.")
  private boolean json;

  MemberListCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    MembersReply reply = cli.nodes().ask(stub -> stub.members(MembersRequest.getDefaultInstance()));
    cli.terminal().print(json ? json(reply) : table(reply));
  }

  private static String table(MembersReply reply) {
    Table table = new Table("SITE", "STORAGE", "ADDRESS", "ROLE", "LINK", "NOTE");
    for (LedgerVoter v : reply.getVotersList()) {
      table.row(List.of(v.getSite(), v.getId(), v.getAddress(), role(v), link(v), v.getNote()));
    }
    return table.render();
  }

  private static String role(LedgerVoter v) {
    return v.getId().isEmpty() ? "none" : v.getLeader() ? "leader" : "voter";
  }

  private static String link(LedgerVoter v) {
    return v.getConnected() ? "up" : "DOWN";
  }

  private static String json(MembersReply reply) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (LedgerVoter v : reply.getVotersList()) {
      all.addObject()
          .put("site", v.getSite())
          .put("storage", v.getId())
          .put("address", v.getAddress())
          .put("role", role(v))
          .put("connected", v.getConnected())
          .put("note", v.getNote());
    }
    return all.toPrettyString() + "\n";
  }
}
