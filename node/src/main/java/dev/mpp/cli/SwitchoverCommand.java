package dev.mpp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.EndSwitchoverRequest;
import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.SwitchoverEnd;
import dev.mpp.proto.v1.SwitchoverEnd.Result;
import dev.mpp.proto.v1.SwitchoverEvent;
import dev.mpp.proto.v1.SwitchoverRequest;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "switchover",
    mixinStandardHelpOptions = true,
    description = {
      "Moves ACTIVE to another site as planned: no acknowledged write is lost, and writes pause for"
          + " well under a second.",
      "The source is fenced only when the target is ready and close behind. If anything fails before"
          + " the role is handed over, the source takes it back by itself.",
    },
    footer = {
      "",
      "Phases: CATCH_UP (writes go on), FENCE, POSITION, DRAIN (writes pause; the target executes"
          + " the rest), HANDOVER (the ledger gives the role away; no way back), TAKE_OVER (the"
          + " target opens), ACKNOWLEDGE (the DNS answers and checks of all sites follow).",
      "",
      "The move belongs to the ledger, not to this command: Ctrl-C or the death of the asked node"
          + " does not stop it. The same command again, at any node, joins it; --cancel ends it"
          + " unless it was handed over. If the target is ACTIVE already nothing happens.",
      "With --timeout the target may take so many seconds to catch up before anything is fenced"
          + " (default here: 30).",
      "",
      "Examples:",
      "  mpp switchover mysql.eraser.com --to site2 --dry-run     what would keep it from beginning",
      "  mpp switchover mysql.eraser.com --to site2 --reason \"rack maintenance\"",
      "  mpp switchover --to site2 --ignore-silent --reason \"site3 is down\"",
      "  mpp switchover mysql.eraser.com --cancel --reason \"wrong site\"",
      "",
      "Exit status: 0 done (or nothing to do, or a dry run that could begin), 1 refused, rolled back"
          + " or unknown, 2 wrong usage, 3 unreachable.",
    })
final class SwitchoverCommand implements Runnable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int CATCH_UP_SECONDS = 30;

  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..1",
      description = "Name of the service; may be left out when there is one only.")
  private String service = "";

  @Option(names = "--to", paramLabel = "SITE", description = "The site that shall be ACTIVE.")
  private String target = "";

  @Option(names = "--dry-run", description = "Only judge whether it could begin now.")
  private boolean dryRun;

  @Option(
      names = "--ignore-silent",
      description = "Begin although members other than source and target do not answer.")
  private boolean ignoreSilent;

  @Option(names = "--cancel", description = "End the switchover that is under way.")
  private boolean cancel;

  @Option(names = "--json", description = "One JSON object for each gate, phase and the end.")
  private boolean json;

  @Mixin private Who who = new Who();

  SwitchoverCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    if (cancel) {
      cancel();
      return;
    }
    if (target.isEmpty()) {
      throw CliFailure.usage("mpp switchover needs --to SITE");
    }
    int seconds =
        spec.commandLine().getParseResult().matchedOptionValue("--timeout", CATCH_UP_SECONDS);
    Cli.positive("--timeout", seconds);
    SwitchoverRequest request =
        SwitchoverRequest.newBuilder()
            .setService(service)
            .setTarget(target)
            .setDryRun(dryRun)
            .setIgnoreSilent(ignoreSilent)
            .setTimeoutMillis(seconds * 1000L)
            .setReason(dryRun ? who.reason() : who.needReason("mpp switchover"))
            .setUser(who.user())
            .setId(UUID.randomUUID().toString())
            .build();
    SwitchoverEnd end = follow(request);
    switch (end.getResult()) {
      case DONE, NOTHING_TO_DO, POSSIBLE -> {}
      case REFUSED, ROLLED_BACK, UNKNOWN, RESULT_UNSPECIFIED, UNRECOGNIZED ->
          throw CliFailure.refused(word(end.getResult()) + ": " + end.getText());
    }
  }

  private void cancel() {
    EndSwitchoverRequest request =
        EndSwitchoverRequest.newBuilder()
            .setService(service)
            .setReason(who.needReason("mpp switchover --cancel"))
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.endSwitchover(request));
    Answers.print(cli.terminal(), reply);
  }

  /** A node that is lost on the way is no end: another one goes on to tell. */
  private SwitchoverEnd follow(SwitchoverRequest request) {
    while (true) {
      Optional<SwitchoverEnd> end =
          cli.nodes().on(stub -> events(stub.switchover(request), request));
      if (end.isPresent()) {
        return end.get();
      }
    }
  }

  private Optional<SwitchoverEnd> events(
      Iterator<SwitchoverEvent> events, SwitchoverRequest request) {
    boolean any = false;
    try {
      while (events.hasNext()) {
        any = true;
        SwitchoverEvent e = events.next();
        print(e);
        if (e.hasEnd()) {
          return Optional.of(e.getEnd());
        }
      }
    } catch (StatusRuntimeException e) {
      if (!any || e.getStatus().getCode() != io.grpc.Status.Code.UNAVAILABLE) {
        throw e;
      }
    }
    cli.terminal()
        .err()
        .println("mpp: the asked node was lost; asking on (move " + request.getId() + ")");
    return Optional.empty();
  }

  private void print(SwitchoverEvent e) {
    String line = json ? object(e) : text(e);
    if (!line.isEmpty()) {
      cli.terminal().out().println(line);
      cli.terminal().out().flush();
    }
  }

  private static String text(SwitchoverEvent e) {
    String at = String.format(Locale.ROOT, "%8.3f s  ", e.getElapsedMillis() / 1000.0);
    return Text.clean(
        switch (e.getEventCase()) {
          case GATE ->
              "%s%-4s %-9s %s"
                  .formatted(
                      at,
                      e.getGate().getOk() ? "ok" : "NO",
                      e.getGate().getName(),
                      e.getGate().getText());
          case PHASE ->
              "%s%-12s at %s: %s"
                  .formatted(
                      at, e.getPhase().getName(), e.getPhase().getSite(), e.getPhase().getText());
          case END ->
              good(e.getEnd().getResult())
                  ? "%s%s: %s%s"
                      .formatted(
                          at, word(e.getEnd().getResult()), e.getEnd().getText(), pause(e.getEnd()))
                  : ""; // said on the way out
          case EVENT_NOT_SET -> "";
        });
  }

  private static String pause(SwitchoverEnd end) {
    return end.getPauseMillis() == 0
        ? ""
        : "; writes paused for about " + end.getPauseMillis() + " ms";
  }

  private static boolean good(Result result) {
    return result == Result.DONE || result == Result.NOTHING_TO_DO || result == Result.POSSIBLE;
  }

  private static String word(Result result) {
    return result.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String object(SwitchoverEvent e) {
    ObjectNode o = MAPPER.createObjectNode();
    o.put("elapsed_ms", e.getElapsedMillis());
    switch (e.getEventCase()) {
      case GATE -> {
        o.put("gate", e.getGate().getName());
        o.put("ok", e.getGate().getOk());
        o.put("text", e.getGate().getText());
      }
      case PHASE -> {
        o.put("phase", e.getPhase().getName());
        o.put("site", e.getPhase().getSite());
        o.put("text", e.getPhase().getText());
      }
      case END -> {
        o.put("end", e.getEnd().getResult().name());
        o.put("text", e.getEnd().getText());
        o.put("pause_ms", e.getEnd().getPauseMillis());
      }
      case EVENT_NOT_SET -> {}
    }
    return o.toString();
  }
}
