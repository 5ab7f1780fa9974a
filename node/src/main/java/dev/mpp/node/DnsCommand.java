package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.DnsBindException;
import dev.mpp.dns.DnsName;
import dev.mpp.dns.DnsResponder;
import dev.mpp.dns.DnsResponderConfig;
import dev.mpp.dns.KeyDirectory;
import dev.mpp.dns.KeyFileException;
import dev.mpp.dns.QueryLog;
import dev.mpp.dns.ServerIdentity;
import dev.mpp.dns.SigningPolicy;
import dev.mpp.dns.TransferZones;
import dev.mpp.dns.UdpIo;
import dev.mpp.dns.Zone;
import dev.mpp.dns.ZoneFile;
import dev.mpp.dns.ZoneFileException;
import dev.mpp.dns.ZoneSigner;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.querylog.QueryLogs;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mpp dns --zone FILE}: the responder alone, without a node. */
@Command(
    name = "dns",
    mixinStandardHelpOptions = true,
    description = {
      "Answers DNS for the zones of master files, without a node; its subcommands ask and check the"
          + " name servers of a deployment.",
      "A changed file is read again within a second; a broken one is reported, and what was served"
          + " before goes on being served.",
    },
    footer = {
      "",
      "Examples:",
      "  mpp dns --zone example.com.zone --check",
      "  mpp dns --zone example.com.zone --listen 192.0.2.53 --listen '[2001:db8::53]:53'",
      "  mpp dns keygen example.com --dir /etc/mpp/dnssec",
      "  mpp dns --zone example.com.zone --dnssec /etc/mpp/dnssec",
      "  mpp dns query mysql.example.com --config /etc/mpp/mpp.yml",
      "  mpp dns check --config /etc/mpp/mpp.yml",
      "",
      "Exit status: 0 ended by a signal, or checked; 1 a zone file is wrong or an address cannot be"
          + " had; 2 wrong usage.",
    })
final class DnsCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final long LOOK_EVERY_MILLIS = 1000;

  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--zone",
      paramLabel = "FILE",
      description = "A master file with one zone (RFC 1035); may be given several times.")
  private List<Path> zones = new ArrayList<>();

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS[:PORT]",
      description =
          "Where to answer, UDP and TCP; may be given several times. 127.0.0.1:5353 if not given;"
              + " [::] is every address of the host.")
  private List<String> listen = new ArrayList<>();

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "UDP threads for each address, 1 to 64. Default: one a core.")
  private Optional<Integer> workers = Optional.empty();

  @Option(
      names = "--rate-limit",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "UDP answers a second to one /24 or /56 for one name; 0: no limit. Default:"
              + " ${DEFAULT-VALUE}. This host is never limited.")
  private int rateLimit = 1000;

  @Option(
      names = "--identity",
      paramLabel = "TEXT",
      description = "Told to who asks for NSID or id.server. Default: nothing.")
  private Optional<String> identity = Optional.empty();

  @Option(
      names = "--dnssec",
      paramLabel = "DIR",
      description =
          "Signs the zones with the keys that are there, which each of them needs (mpp dns"
              + " keygen). Keys are read again when they change.")
  private Optional<Path> dnssec = Optional.empty();

  @Option(
      names = "--validity",
      paramLabel = "DAYS",
      defaultValue = "7",
      description = "How long a signature is valid, 1 to 30 days. Default: ${DEFAULT-VALUE}.")
  private int validityDays = 7;

  @Mixin private TransferOptions transfers = new TransferOptions();

  @Option(
      names = "--query-log",
      paramLabel = "TO",
      description =
          "Logs queries to text:FILE, dnstap:FILE or dnstap-socket:PATH. Default: nothing.")
  private Optional<String> queryLog = Optional.empty();

  @Option(
      names = "--query-log-one-in",
      paramLabel = "N",
      defaultValue = "100",
      description = "Log one query in so many, 1 to 1000000. Default: ${DEFAULT-VALUE}.")
  private int queryLogOneIn = MppConfig.QueryLogging.DEFAULT_ONE_IN;

  @Option(names = "--check", description = "Read the zone files, report, and end.")
  private boolean check;

  private volatile AnswerTable table = AnswerTable.empty();

  /** A zone keeps its signer, and with it the signatures, when its file is read again. */
  private final Map<DnsName, ZoneSigner> signers = new HashMap<>();

  DnsCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (zones.isEmpty()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--zone FILE or a subcommand is missing");
    }
    if (validityDays < 1 || validityDays > 30) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--validity takes 1 to 30 days, not " + validityDays);
    }
    if (dnssec.isPresent() && transfers.any()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--dnssec signs each answer when it is asked; secondaries could only give unsigned ones,"
              + " which validators refuse: leave out --dnssec, and let the secondaries sign, or"
              + " leave out --allow-transfer, --transfer-key and --notify");
    }
    Optional<AnswerTable> read = read();
    if (read.isEmpty()) {
      return FAILED;
    }
    table = read.get();
    if (check) {
      String how = dnssec.isPresent() ? " can be served, signed" : " can be served";
      table.zones().forEach(z -> cli.terminal().out().println(z.apex() + how));
      cli.terminal().out().flush();
      return 0;
    }
    return serve();
  }

  private int serve() throws InterruptedException {
    DnsResponderConfig config;
    TransferZones handedOut;
    Optional<MppConfig.QueryLogging> logging;
    try {
      config = config();
      handedOut = transfers.open();
      logging = queryLog.map(to -> MppConfig.QueryLogging.of(to, queryLogOneIn));
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Optional<QueryLog> log = logging.map(l -> QueryLogs.open(l, identity, InstantSource.system()));
    try (TransferOptions told = transfers;
        DnsResponder responder =
            new DnsResponder(
                config,
                () -> table,
                System::nanoTime,
                () -> System.currentTimeMillis() / 1000,
                handedOut,
                log)) {
      responder.start();
      told.publish(table);
      log.ifPresent(l -> Runtime.getRuntime().addShutdownHook(new Thread(l::close)));
      PrintWriter out = cli.terminal().out();
      responder.addresses().forEach(a -> out.println("answering at " + text(a)));
      out.flush();
      follow();
      return 0;
    } catch (DnsBindException e) {
      cli.terminal().err().println("mpp dns: " + e.getMessage());
      return FAILED;
    } finally {
      log.ifPresent(QueryLog::close);
    }
  }

  private DnsResponderConfig config() {
    List<InetSocketAddress> addresses =
        (listen.isEmpty() ? List.of("127.0.0.1:5353") : listen)
            .stream().map(text -> HostPort.literal(text, 53)).toList();
    DnsResponderConfig config =
        DnsResponderConfig.listeningOn(addresses)
            .withUdp(
                UdpIo.best(),
                workers.orElse(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 64)))
            .withCookies(DnsSettings.cookies())
            .withIdentity(new ServerIdentity(identity, Optional.empty()));
    return rateLimit == 0 ? config : config.withLimit(DnsSettings.limit(rateLimit, List.of()));
  }

  private static String text(InetSocketAddress a) {
    String host = a.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + a.getPort();
  }

  private Zone signed(Zone zone) throws KeyFileException {
    if (dnssec.isEmpty()) {
      return zone;
    }
    ZoneSigner signer = signers.get(zone.apex());
    if (signer == null) {
      SigningPolicy policy =
          new SigningPolicy(
              Duration.ofDays(validityDays), SigningPolicy.DEFAULT.denialsPerSecond());
      KeyDirectory keys = new KeyDirectory(dnssec.get());
      signer = ZoneSigner.open(keys, zone.apex(), policy, () -> System.currentTimeMillis() / 1000);
      signers.put(zone.apex(), signer);
    }
    return zone.signedBy(signer);
  }

  /** All zones, or the problems of every file on standard error. */
  private Optional<AnswerTable> read() {
    AnswerTable.Builder builder = AnswerTable.builder();
    boolean good = true;
    for (Path file : zones) {
      try {
        builder.zone(signed(ZoneFile.read(file)));
      } catch (ZoneFileException e) {
        e.problems().forEach(cli.terminal().err()::println);
        good = false;
      } catch (KeyFileException e) {
        e.problems().forEach(cli.terminal().err()::println);
        good = false;
      } catch (IllegalArgumentException e) {
        cli.terminal().err().println(file + ": " + e.getMessage());
        good = false;
      }
    }
    try {
      return good ? Optional.of(builder.build()) : Optional.empty();
    } catch (IllegalArgumentException e) {
      cli.terminal().err().println("mpp dns: " + e.getMessage());
      return Optional.empty();
    } finally {
      cli.terminal().err().flush();
    }
  }

  /** Until the process is told to end. */
  private void follow() throws InterruptedException {
    String seen = stamp();
    while (true) {
      Thread.sleep(LOOK_EVERY_MILLIS);
      String now = stamp();
      if (!now.equals(seen)) {
        seen = now;
        Optional<AnswerTable> next = read();
        next.ifPresent(
            t -> {
              table = t;
              transfers.publish(t);
            });
        cli.terminal()
            .err()
            .println(next.isPresent() ? "zone files read again" : "the zones from before are kept");
        cli.terminal().err().flush();
      }
    }
  }

  private String stamp() {
    StringBuilder stamp = new StringBuilder();
    for (Path file : zones) {
      try {
        stamp.append(Files.getLastModifiedTime(file)).append('/').append(Files.size(file));
      } catch (IOException e) {
        stamp.append("gone");
      }
      stamp.append(' ');
    }
    return stamp.toString();
  }
}
