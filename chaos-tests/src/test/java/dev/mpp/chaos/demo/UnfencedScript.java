package dev.mpp.chaos.demo;

import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.client.Look;
import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Trouble;
import dev.mpp.chaos.script.Report;
import dev.mpp.chaos.script.Script;
import dev.mpp.chaos.script.ScriptRunner;
import java.util.Optional;

/**
 * Shows that the judge sees a violation: the same node-kill script, while somebody with the
 * administrator's account undoes every fence of the first ACTIVE server (no dead-man event, no
 * waiting for a replica, writable again at once). Ends with 0 when the script FAILED because two
 * servers were writable.
 */
final class UnfencedScript {
  private static final String UNFENCE =
      "SET GLOBAL event_scheduler=OFF; SET GLOBAL read_only=0;"
          + " SET GLOBAL rpl_semi_sync_master_enabled=0;";

  private UnfencedScript() {}

  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "demo/logback-demo.xml");
    Console console = new Console(System.err, false);
    try (Demo demo = Demo.prepare(Layout.ofEnvironment(), new Ports(0), console)) {
      demo.up();
      Thread.ofPlatform().daemon().start(() -> undoFences(demo));
      Report report = new ScriptRunner(demo, Script.NODE_KILL, 1).run(1);
      System.out.println(report.toJson());
      boolean seen = report.runs().stream().anyMatch(run -> run.findings().dualWritableMs() > 0);
      System.exit(seen ? 0 : 1);
    }
  }

  /** Waits until the first ACTIVE has lost its node, then keeps its server writable. */
  private static void undoFences(Demo demo) {
    Login login = Login.app(demo.mysqlPort(), demo.appPassword());
    Optional<Site> victim = Optional.empty();
    while (!demo.closed()) {
      for (Site site : Site.withMySql()) {
        boolean writable =
            new Look(site.address(), login).readOnly().filter(readOnly -> !readOnly).isPresent();
        if (victim.isEmpty() && writable && !demo.runs(Demo.Part.NODE, site)) {
          victim = Optional.of(site);
        }
      }
      victim.ifPresent(site -> unfence(demo, site));
    }
  }

  /** A fence kills this session too: then it is done again. */
  private static void unfence(Demo demo, Site site) {
    try {
      demo.administer(site, UNFENCE);
    } catch (Trouble e) {
      System.err.println("un-fencing " + site.label() + " was cut off by a fence; again");
    }
  }
}
