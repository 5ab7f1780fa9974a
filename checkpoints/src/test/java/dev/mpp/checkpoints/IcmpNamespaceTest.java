package dev.mpp.checkpoints;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** icmp where the test decides what the kernel allows: a network namespace of its own. */
class IcmpNamespaceTest {
  /** A new namespace admits no group. */
  private static final String NOBODY = "";

  private static final String WITHOUT_RAW = "exec setpriv --bounding-set -net_raw \"$@\"";
  private static final String WITH_RAW = "exec \"$@\"";

  @BeforeAll
  static void namespaces() throws Exception {
    assumeTrue(
        run(List.of("unshare", "-rn", "setpriv", "--bounding-set", "-net_raw", "true")).code == 0,
        "no network namespaces for this user here");
  }

  private record Ended(int code, String said) {}

  private static Ended run(List<String> command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return new Ended(127, String.valueOf(e.getMessage()));
    }
    try {
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it does not end");
      return new Ended(process.exitValue(), said.strip());
    } finally {
      process.destroyForcibly();
    }
  }

  /** Obstacle, ok, message and milliseconds of one probe of {@code host}. */
  private static List<String> ping(String setup, String start, String host) throws Exception {
    return ping(Asking.PATIENT, setup, start, host);
  }

  private static List<String> ping(Duration timeout, String setup, String start, String host)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("unshare", "-rn", "sh", "-ec"));
    command.add("ip link set lo up; cd /proc/sys/net/ipv4; " + setup + " " + start);
    command.addAll(
        List.of(
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx64m",
            "-cp",
            absolute(System.getProperty("java.class.path")),
            PingChild.class.getName(),
            host,
            Long.toString(timeout.toMillis())));
    Ended ended = run(command);
    assertEquals(0, ended.code, ended.said);
    List<String> parts = List.of(ended.said.split("\\|"));
    assertEquals(4, parts.size(), ended.said);
    assertTrue(Long.parseLong(parts.getLast()) <= timeout.toMillis() + 1000, ended.said);
    return parts.subList(0, 3);
  }

  private static String absolute(String classPath) {
    List<String> out = new ArrayList<>();
    for (String part : classPath.split(java.io.File.pathSeparator)) {
      out.add(Path.of(part).toAbsolutePath().toString());
    }
    return String.join(java.io.File.pathSeparator, out);
  }

  @Test
  void withoutCapabilityTheGroupRangeIsEnough() throws Exception {
    List<String> answered = List.of("false", "true", "echo from 127.0.0.1");
    assertEquals(answered, ping("echo 0 0 > ping_group_range;", WITHOUT_RAW, "127.0.0.1"));
    assertEquals(
        List.of("false", "true", "echo from 0:0:0:0:0:0:0:1"),
        ping("echo 0 0 > ping_group_range;", WITHOUT_RAW, "[::1]"));
  }

  @Test
  void withoutTheGroupRangeTheCapabilityIsEnough() throws Exception {
    List<String> answered = List.of("false", "true", "echo from 127.0.0.1");
    assertEquals(answered, ping(NOBODY, WITH_RAW, "127.0.0.1"));
    assertEquals(
        List.of("false", "true", "echo from 0:0:0:0:0:0:0:1"), ping(NOBODY, WITH_RAW, "[::1]"));
  }

  @Test
  void withoutBothTheOperatorIsToldWhatToChange() throws Exception {
    List<String> told = ping(NOBODY, WITHOUT_RAW, "127.0.0.1");
    assertEquals(List.of("true", "false"), told.subList(0, 2));
    assertTrue(
        told.getLast()
            .matches(
                "this process may not send ICMP echo: admit its group in sysctl"
                    + " net\\.ipv4\\.ping_group_range \\(now \"\\d+ 0\"\\), or give it CAP_NET_RAW"),
        told.getLast());
  }

  @Test
  void aTargetThatDropsIsBounded() throws Exception {
    List<String> silence = List.of("false", "false", Asking.SILENCE);
    String drop = "echo 1 > icmp_echo_ignore_all; ";
    assertEquals(
        silence,
        ping(Asking.HASTY, drop + "echo 0 0 > ping_group_range;", WITHOUT_RAW, "127.0.0.1"));
    assertEquals(silence, ping(Asking.HASTY, drop, WITH_RAW, "127.0.0.1"));
  }

  @Test
  void aTargetWithoutARouteIsAFailureAtOnce() throws Exception {
    assertEquals(
        List.of("false", "false", "connect: network unreachable"), ping("", WITH_RAW, "192.0.2.1"));
  }
}
