package dev.mpp.chaos.demo;

import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Trouble;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** {@code ./mpp demo}: everything up, then obey other terminals until told to stop. */
final class Interactive {
  private static final Duration FIRST_ACTIVE_LIMIT = Duration.ofSeconds(60);

  private final Demo demo;
  private final Console console;
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private Optional<Site> active = Optional.empty();

  Interactive(Demo demo) {
    this.demo = demo;
    this.console = demo.console();
  }

  void run() throws InterruptedException {
    demo.up();
    try (Narrator narrator = new Narrator(demo);
        Control ignored =
            new Control(demo.layout().controlSocket(), line -> obey(line, narrator))) {
      Deadline.await(
          FIRST_ACTIVE_LIMIT,
          () -> {
            active = narrator.active();
            return stopAsked.getCount() == 0 || nodesGone() || active.isPresent();
          });
      if (nodesGone()) {
        throw new Trouble(
            "an mpp node ended while starting",
            "its log is in " + demo.layout().root() + "/<site>/node.log");
      }
      if (active.isPresent()) {
        demo.confirmBootstrap();
        console.plain(Guide.text(demo, active.get()));
      } else if (stopAsked.getCount() > 0) {
        console.say("no site became ACTIVE within a minute; see the logs in the demo folder");
      }
      stopAsked.await();
    }
  }

  private boolean nodesGone() {
    for (Site site : Site.values()) {
      if (!demo.runs(Demo.Part.NODE, site)) {
        return true;
      }
    }
    return false;
  }

  private String obey(String line, Narrator narrator) {
    String[] words = line.strip().split(" +");
    return switch (words[0]) {
      case "stop" -> {
        stopAsked.countDown();
        yield "stopping";
      }
      case "status" -> processes() + narrator.picture();
      case "kill", "freeze", "thaw", "start" -> {
        if (words.length != 3) {
          throw new Trouble("say: " + words[0] + " mysql|node site1|site2|witness", "");
        }
        yield act(words[0], part(words[1]), Site.named(words[2]))
            ? "done: " + line.strip()
            : "nothing to do: " + words[1] + " of " + words[2] + " " + already(words[0]);
      }
      default -> throw new Trouble("unknown request: " + words[0], "");
    };
  }

  private static String already(String verb) {
    return verb.equals("freeze") ? "is frozen already" : "runs already";
  }

  /** False when it is so already. */
  private boolean act(String verb, Demo.Part part, Site site) {
    boolean frozen = demo.frozen(part, site);
    boolean runs = demo.runs(part, site);
    if (verb.equals("start") && frozen) {
      throw new Trouble(
          "it runs, but is frozen",
          "./mpp demo thaw %s %s".formatted(part.name().toLowerCase(Locale.ROOT), site.label()));
    }
    if (verb.equals("start") && runs
        || verb.equals("thaw") && runs && !frozen
        || verb.equals("freeze") && frozen) {
      return false;
    }
    switch (verb) {
      case "kill" -> demo.kill(part, site);
      case "freeze" -> demo.freeze(part, site);
      case "thaw" -> demo.thaw(part, site);
      default -> demo.start(part, site);
    }
    return true;
  }

  private static Demo.Part part(String word) {
    return switch (word) {
      case "mysql" -> Demo.Part.MYSQL;
      case "node" -> Demo.Part.NODE;
      default -> throw new Trouble("not a part of a site: " + word, "parts: mysql, node");
    };
  }

  private String processes() {
    StringBuilder text = new StringBuilder();
    for (Site site : Site.values()) {
      for (Demo.Part part : Demo.Part.values()) {
        if (part == Demo.Part.MYSQL && site == Site.WITNESS) {
          continue;
        }
        text.append(
            "%-8s %-6s %s%n"
                .formatted(
                    site.label(),
                    part.name().toLowerCase(Locale.ROOT),
                    demo.pid(part, site)
                        .map(pid -> (demo.frozen(part, site) ? "FROZEN" : "runs") + ", pid " + pid)
                        .orElse("down")));
      }
    }
    return text.toString();
  }
}
