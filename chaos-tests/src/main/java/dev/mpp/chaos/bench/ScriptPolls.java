package dev.mpp.chaos.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a check script does with the client that comes with the server: the same questions as a poll
 * of MPP, one poll after the other, in the shell that costs least.
 */
enum ScriptPolls {
  /** A client process, and so a connection and a login, for every poll: how such scripts are. */
  CLIENT_PER_POLL(
      """
      for ((i = 0; i < POLLS; i++)); do
        "$CLIENT" --no-defaults --skip-ssl -h 127.0.0.1 -P "$PORT" -u "$USER_NAME" -ABN -e "$SQL"
      done >/dev/null
      """),

  /** One client that stays connected and is asked again and again, as far as a shell can. */
  ONE_CONNECTION(
      """
      coproc C { exec "$CLIENT" --no-defaults --skip-ssl -h 127.0.0.1 -P "$PORT" \\
        -u "$USER_NAME" -ABN --unbuffered; }
      for ((i = 0; i < POLLS; i++)); do
        printf '%s;SELECT "polled";\\n' "$SQL" >&"${C[1]}"
        while read -r line <&"${C[0]}"; do [[ $line == polled ]] && break; done
      done
      pid=$C_PID
      eval "exec ${C[1]}>&-"
      wait "$pid"
      """);

  private static final String SQL =
      "SELECT @@version,@@global.read_only,@@global.gtid_binlog_state,@@global.event_scheduler,"
          + "@@global.rpl_semi_sync_master_enabled,@@global.rpl_semi_sync_slave_enabled;"
          + "SHOW SLAVE STATUS";
  private static final Pattern TIMES = Pattern.compile("(\\d+)m([0-9.]+)s");

  private final String loop;

  ScriptPolls(String loop) {
    this.loop = loop;
  }

  /** Processor milliseconds (user and system) of the shell and its children for 1,000 polls. */
  double millisPerThousand(Path client, int port, int polls, Path folder)
      throws IOException, InterruptedException {
    Path out = folder.resolve(name() + ".out");
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", "set -eu\n" + loop + "times\n")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    shell.environment().putAll(BenchServer.secret());
    shell.environment().put("CLIENT", client.toString());
    shell.environment().put("PORT", Integer.toString(port));
    shell.environment().put("POLLS", Integer.toString(polls));
    shell.environment().put("SQL", SQL);
    shell.environment().put("USER_NAME", BenchServer.USER);
    Process p = shell.start();
    if (!p.waitFor(120, TimeUnit.SECONDS) || p.exitValue() != 0) {
      p.destroyForcibly();
      throw new IOException("the script failed: " + Files.readString(out));
    }
    List<Double> seconds = new ArrayList<>();
    Matcher times = TIMES.matcher(Files.readString(out));
    while (times.find()) {
      seconds.add(Integer.parseInt(times.group(1)) * 60 + Double.parseDouble(times.group(2)));
    }
    if (seconds.size() != 4) {
      throw new IOException("unexpected output of the script: " + Files.readString(out));
    }
    return seconds.stream().mapToDouble(Double::doubleValue).sum() * 1e6 / polls;
  }
}
