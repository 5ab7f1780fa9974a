package dev.mpp.chaos.demo;

import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.client.Look;
import dev.mpp.chaos.client.Responder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Looks from outside, like any client, and says what has changed. */
final class Narrator implements AutoCloseable {
  static final String SERVICE = "mysql.eraser.test";
  private static final long PERIOD_NANOS = 200_000_000L;

  private final Demo demo;
  private final Map<String, String> known = new LinkedHashMap<>();
  private volatile boolean stopped;

  Narrator(Demo demo) {
    this.demo = demo;
    for (Site site : Site.withMySql()) {
      watch("DNS at " + site.label(), () -> dns(site));
      watch("MySQL at " + site.label(), () -> writable(site));
    }
  }

  private interface View {
    String now();
  }

  private void watch(String what, View view) {
    Thread.ofVirtual()
        .start(
            () -> {
              while (!stopped) {
                String now;
                try {
                  now = view.now();
                } catch (IllegalStateException e) {
                  return; // the process is ending; its libraries take no more work
                }
                if (!now.equals(known(what, now)) && !stopped && !demo.closed()) {
                  demo.console().say(what + ": " + now);
                }
                LockSupport.parkNanos(PERIOD_NANOS);
              }
            });
  }

  private synchronized String known(String what, String now) {
    return Optional.ofNullable(known.put(what, now)).orElse("");
  }

  private String dns(Site site) {
    Responder responder = new Responder(site.address(), demo.dnsPort(), Duration.ofMillis(500));
    return SERVICE + " → " + responder.ask(SERVICE).said();
  }

  private String writable(Site site) {
    Login login = Login.app(demo.mysqlPort(), demo.appPassword());
    return new Look(site.address(), login)
        .readOnly()
        .map(readOnly -> readOnly ? "read-only" : "WRITABLE")
        .orElse("no answer");
  }

  /** Every watched thing, one line each. */
  synchronized String picture() {
    StringBuilder text = new StringBuilder();
    known.forEach((what, now) -> text.append("%-18s %s%n".formatted(what, now)));
    return text.toString().stripTrailing();
  }

  /** The site whose server is writable and whose address some responder gives. */
  Optional<Site> active() {
    return Site.withMySql().stream()
        .filter(site -> writable(site).equals("WRITABLE"))
        .filter(
            site ->
                Site.withMySql().stream()
                    .anyMatch(asked -> dns(asked).endsWith("→ " + site.address())))
        .findFirst();
  }

  @Override
  public void close() {
    stopped = true;
  }
}
