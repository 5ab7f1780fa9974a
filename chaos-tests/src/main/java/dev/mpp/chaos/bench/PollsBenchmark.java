package dev.mpp.chaos.bench;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodePoller;
import dev.mpp.node.PollClock;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.Encryption;
import dev.mpp.node.mysql.Handshakes;
import dev.mpp.node.mysql.MySqlServer;
import dev.mpp.node.mysql.MySqlServers;
import dev.mpp.node.mysql.ServerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Processor time of the client side for 1,000 polls of real servers: the production pollers at one
 * second, with everything they keep open, against scripts that ask the same, in turn within one
 * run. The servers' own time is not counted.
 */
final class PollsBenchmark {
  /**
   * @param nodes pool entries, on two servers
   * @param window that is measured, after a warm-up as long
   * @param scriptPolls of one run of a script
   */
  record Size(int nodes, Duration window, int scriptPolls, int repetitions) {
    static final Size FULL = new Size(1_000, Duration.ofSeconds(5), 50, 5);
    static final Size QUICK = new Size(200, Duration.ofSeconds(2), 20, 3);
  }

  /** Medians: milliseconds of processor time for 1,000 polls. */
  record Result(
      Size size, double pollers, double clientPerPoll, double oneConnection, long skipped) {
    double ratio() {
      return clientPerPoll / pollers;
    }

    double ratioToOneConnection() {
      return oneConnection / pollers;
    }
  }

  private final Size size;
  private final PrintStream out;
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();

  PollsBenchmark(Size size, PrintStream out) {
    this.size = size;
    this.out = out;
  }

  Result run() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("mpp-bench");
    Thread interrupted = new Thread(() -> remove(folder));
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      Path installed = BenchServer.unpack(folder.resolve("mariadb"));
      try (BenchServer one = BenchServer.start(installed, folder.resolve("one"), 1);
          BenchServer two = BenchServer.start(installed, folder.resolve("two"), 2)) {
        return compare(installed.resolve("bin/mariadb"), one, two, folder);
      }
    } finally {
      remove(folder);
      boolean unused = Runtime.getRuntime().removeShutdownHook(interrupted);
    }
  }

  private void remove(Path folder) {
    try {
      BenchServer.remove(folder);
    } catch (IOException e) {
      out.println("left behind: " + folder + " (" + e + ")");
    }
  }

  private Result compare(Path client, BenchServer one, BenchServer two, Path folder)
      throws IOException, InterruptedException {
    double[] each = new double[size.repetitions()];
    double[] kept = new double[size.repetitions()];
    for (int i = 0; i < size.repetitions(); i++) {
      each[i] =
          ScriptPolls.CLIENT_PER_POLL.millisPerThousand(
              client, one.port(), size.scriptPolls(), folder);
      kept[i] =
          ScriptPolls.ONE_CONNECTION.millisPerThousand(
              client, two.port(), 20 * size.scriptPolls(), folder);
      out.printf(
          "scripts %d/%d: a client for every poll %.0f ms, one connection %.0f ms per 1,000%n",
          i + 1, size.repetitions(), each[i], kept[i]);
    }
    List<MySqlServer> servers = new ArrayList<>();
    List<NodePoller> pollers = new ArrayList<>();
    try {
      open(new int[] {one.port(), two.port()}, servers, pollers);
      settle();
      long skipped = skipped(pollers);
      double[] ours = new double[size.repetitions()];
      for (int i = 0; i < size.repetitions(); i++) {
        ours[i] = window();
        out.printf("pollers %d/%d: %.0f ms per 1,000%n", i + 1, size.repetitions(), ours[i]);
      }
      if (failed.sum() > 0) {
        throw new IOException(failed.sum() + " polls failed: the machine is too busy to measure");
      }
      return new Result(size, median(ours), median(each), median(kept), skipped(pollers) - skipped);
    } finally {
      pollers.forEach(NodePoller::close);
      servers.forEach(MySqlServer::close);
    }
  }

  private void open(int[] ports, List<MySqlServer> servers, List<NodePoller> pollers) {
    Handshakes handshakes = Handshakes.perCore();
    SplittableRandom chance = new SplittableRandom(1);
    ServiceName service = new ServiceName("bench.example.com");
    for (int i = 0; i < size.nodes(); i++) {
      NodeAddress address =
          new NodeAddress("127.1.%d.%d".formatted(i / 200, 1 + i % 200), ports[i % ports.length]);
      servers.add(
          MySqlServers.open(
              ServerOptions.of(
                  address,
                  service.name(),
                  new Credentials(BenchServer.USER, () -> BenchServer.PASSWORD, Encryption.plain()),
                  Duration.ofSeconds(5)),
              handshakes));
      pollers.add(
          new NodePoller(
              service,
              servers.getLast(),
              Duration.ofSeconds(1),
              NodePoller.spread(i, size.nodes()),
              PollClock.system(),
              chance.split(),
              this::count));
    }
    pollers.forEach(NodePoller::start);
  }

  private static long skipped(List<NodePoller> pollers) {
    return pollers.stream().mapToLong(NodePoller::skipped).sum();
  }

  private void count(BrainEvent event) {
    (event instanceof BrainEvent.NodeAnswered ? answered : failed).increment();
  }

  /** Until the sessions in reserve are open and the code is compiled: the cost stops falling. */
  private void settle() throws IOException {
    double before = Double.MAX_VALUE;
    for (int i = 0; i < 12; i++) {
      double now = window();
      if (i > 1 && now > 0.9 * before) {
        return;
      }
      before = now;
    }
  }

  private double window() throws IOException {
    long polls = answered.sum();
    long cpu = processorNanos();
    long end = System.nanoTime() + size.window().toNanos();
    for (long left = size.window().toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    long done = answered.sum() - polls;
    if (done < size.nodes()) {
      throw new IOException("only " + done + " polls of " + size.nodes() + " nodes were answered");
    }
    return (processorNanos() - cpu) / 1e6 * 1_000 / done;
  }

  private static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
