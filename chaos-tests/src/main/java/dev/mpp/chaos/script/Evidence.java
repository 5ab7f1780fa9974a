package dev.mpp.chaos.script;

import dev.mpp.chaos.check.Attempt;
import dev.mpp.chaos.check.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Keeps what is needed to understand a failed run. */
public final class Evidence {
  private Evidence() {}

  /**
   * Copies logs, timeline and history.
   *
   * @param folder two levels below the folder of everything
   * @param logs below that one
   * @return the folder
   */
  public static Path keep(
      Path folder, List<Path> logs, String summary, Timeline timeline, History history) {
    Path root = folder.resolve("../..").normalize();
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("summary.txt"), summary + "\n\n" + timeline.text());
      Files.writeString(folder.resolve("history.txt"), format(history));
      for (Path log : logs) {
        Files.copy(
            log,
            folder.resolve(root.relativize(log).toString().replace('/', '-')),
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      timeline.say("the evidence is incomplete: " + e);
    }
    return folder;
  }

  private static String format(History history) {
    StringBuilder text = new StringBuilder("milliseconds from the fault\n");
    history.probesBefore().forEach(probe -> append(text, history, "probe", probe));
    history.probesOther().forEach(probe -> append(text, history, "probe", probe));
    history.flagsBefore().forEach(look -> append(text, history, "flag", look));
    history.flagsOther().forEach(look -> append(text, history, "flag", look));
    Stream.concat(history.acks().stream(), history.localAcks().stream())
        .forEach(
            ack ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "ack %s %.1f %.1f writer %d row %d%s%n",
                        ack.server(),
                        at(history, ack.sent()),
                        at(history, ack.done()),
                        ack.row().writer(),
                        ack.row().seq(),
                        history.present().contains(ack.row()) ? "" : " LOST")));
    history
        .sightings()
        .forEach(
            seen ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "dns %s %.1f %s%n",
                        seen.responder(),
                        at(history, seen.at()),
                        seen.answer())));
    return text.toString();
  }

  private static void append(StringBuilder text, History history, String kind, Attempt probe) {
    text.append(
        String.format(
            Locale.ROOT,
            "%s %s %.1f %.1f %s%n",
            kind,
            probe.server(),
            at(history, probe.sent()),
            at(history, probe.done()),
            probe.outcome()));
  }

  private static double at(History history, long instant) {
    return (instant - history.faultAt()) / 1e6;
  }
}
