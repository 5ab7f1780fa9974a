package dev.mpp.node.config;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.HookPolicy;
import dev.mpp.core.plan.RpoBound;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.core.pool.RoleRule;
import dev.mpp.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Everything {@code mpp.yml} says, checked and complete: no key is left to a default later. Made by
 * {@link ConfigFile#load}; docs/configuration.md explains each key.
 *
 * @param deployment name of the deployment; the ledger group and the exchange refuse another
 * @param site which of {@link #sites} this process is
 * @param instance which of the site's two instances this process is; empty where it has one
 * @param dataDir absolute
 * @param insecure plaintext between sites is allowed off loopback; never with {@link #tls}
 * @param tls this site's certificates; absent: plaintext, on loopback or {@link #insecure}
 * @param mode how the sites agree
 * @param sites voters in file order, witnesses included
 * @param checkpoints at most one entry per site
 * @param profiles named probe profiles by name
 * @param dns absent: this deployment answers no DNS
 */
public record MppConfig(
    String deployment,
    SiteId site,
    Optional<String> instance,
    Path dataDir,
    boolean insecure,
    Optional<TlsFiles> tls,
    Mode mode,
    List<Site> sites,
    Lease lease,
    Election election,
    DeadMan deadMan,
    List<Service> services,
    List<Checkpoints> checkpoints,
    Map<String, Profile> profiles,
    Optional<Dns> dns) {

  public MppConfig {
    sites = List.copyOf(sites);
    services = List.copyOf(services);
    checkpoints = List.copyOf(checkpoints);
    profiles = Collections.unmodifiableMap(new TreeMap<>(profiles));
  }

  /** The site this process is, at the address of this very instance. */
  public Site self() {
    Site own = site(site);
    return instance.map(i -> own.at(own.instance(i))).orElse(own);
  }

  /** The other instance of this site; empty where it has one. */
  public Optional<Instance> twin() {
    return site(site).instances().stream()
        .filter(i -> !i.name().equals(instance.orElse("")))
        .findFirst();
  }

  /** Whether this process has the site's vote: the first of two instances, or the only one. */
  public boolean votes() {
    return instance.isEmpty() || site(site).instances().getFirst().name().equals(instance.get());
  }

  /**
   * @throws NoSuchElementException if the deployment has no such site
   */
  public Site site(SiteId id) {
    return sites.stream().filter(s -> s.id().equals(id)).findFirst().orElseThrow();
  }

  /** Every site but this one, in file order. */
  public List<Site> peers() {
    return sites.stream().filter(s -> !s.id().equals(site)).toList();
  }

  /** What a site probes; empty without an entry. */
  public Optional<Checkpoints> checkpointsOf(SiteId id) {
    return checkpoints.stream().filter(c -> c.site().equals(id)).findFirst();
  }

  /**
   * Fingerprint of the deployment part: everything but {@link #site}, {@link #instance}, {@link
   * #dataDir} and {@link #tls}, after defaults. Two sites with equal hashes were configured alike,
   * however their files are laid out.
   *
   * @return 16 hexadecimal digits; the same on every platform and Java version
   */
  public String configHash() {
    return Fingerprint.of(this);
  }

  /**
   * One voter.
   *
   * @param address IP literal or host name where the other sites reach it
   * @param priority the higher is preferred among equally advanced candidates; 0 to 1000
   * @param witness votes and has no MySQL
   * @param paths further addresses of it, over other networks, for the ledger of a pair and the
   *     exchange of views; may be empty
   * @param instances empty, or the two processes of the site; the first one votes, and its address
   *     is the site's
   */
  public record Site(
      SiteId id,
      String address,
      int priority,
      boolean witness,
      Ports ports,
      List<String> paths,
      List<Instance> instances) {
    public static final int DEFAULT_PRIORITY = 100;

    public Site {
      paths = List.copyOf(paths);
      instances = List.copyOf(instances);
    }

    /** Every address, the first one first. */
    public List<String> ways() {
      List<String> all = new ArrayList<>();
      all.add(address);
      all.addAll(paths);
      return List.copyOf(all);
    }

    /**
     * @throws NoSuchElementException if the site has no such instance
     */
    public Instance instance(String name) {
      return instances.stream().filter(i -> i.name().equals(name)).findFirst().orElseThrow();
    }

    Site at(Instance instance) {
      return new Site(id, instance.address(), priority, witness, ports, paths, instances);
    }
  }

  /**
   * One of the two processes of a site, on hosts of one LAN.
   *
   * @param address IP literal or host name where its twin and the other sites reach it
   */
  public record Instance(String name, String address) {}

  /**
   * Listening ports of a site, 1 to 65535.
   *
   * @param dns UDP and TCP; the others are TCP
   * @param twin between the two instances of a site
   */
  public record Ports(int exchange, int ledger, int operator, int http, int dns, int twin) {
    public static final Ports DEFAULT = new Ports(7400, 7401, 7402, 7480, 53, 7403);
  }

  /**
   * The lease of DESIGN section 3. Its defaults, and those of {@link Election} and {@link DeadMan},
   * come from the {@link LeaseProfile}.
   *
   * @param drift tolerated difference of two clocks' rates, 0 to 0.1 (0.001 = 0.1 %)
   * @param stagger wait of the k-th candidate: k times this
   */
  public record Lease(
      LeaseProfile profile,
      Duration duration,
      Duration renew,
      Duration fenceBudget,
      double drift,
      Duration stagger) {}

  /** Raft election time-out, drawn between the two. */
  public record Election(Duration min, Duration max) {}

  /**
   * The dead-man beside each MySQL server.
   *
   * @param timeout silence of MPP after which it acts
   * @param period how often it looks
   * @param killBudget what it needs to end the writes once it acts
   */
  public record DeadMan(Duration timeout, Duration period, Duration killBudget) {}

  /**
   * One global virtual server name and its pools.
   *
   * @param bound of what a failover may lose; present if and only if {@code rpo} is BOUNDED
   * @param holdDown uninterrupted health before a proven recovery
   * @param lagLimit replication lag above it is a replication failure
   * @param siteFailback whether ACTIVE returns to the preferred site by itself
   * @param heartbeat MPP's own commits on the ACTIVE server
   * @param fence what a fence does besides
   * @param replication the account with which servers follow each other if MPP decides who follows
   *     whom; empty: an administrator configures that, and MPP changes nothing of it
   * @param sites the sites with a pool of this service, in file order; at least one
   */
  public record Service(
      ServiceName name,
      Rpo rpo,
      Optional<RpoBound> bound,
      Poll poll,
      Recovery recovery,
      Duration holdDown,
      RoleRule roles,
      Ladder ladder,
      Status failAt,
      Duration lagLimit,
      Reach requireReach,
      CheckpointPolicy checkpointPolicy,
      MySql mysql,
      boolean semiSync,
      SiteFailback siteFailback,
      Heartbeat heartbeat,
      Fence fence,
      Optional<Replication> replication,
      List<ServiceSite> sites) {
    public static final Duration DEFAULT_HOLD_DOWN = Duration.ofSeconds(60);
    public static final Duration DEFAULT_LAG_LIMIT = Duration.ofSeconds(30);

    public Service {
      sites = List.copyOf(sites);
    }

    /** The part of one site; empty when the service has no pool there. */
    public Optional<ServiceSite> at(SiteId id) {
      return sites.stream().filter(s -> s.site().equals(id)).findFirst();
    }
  }

  /**
   * What a fence does beyond making the server read-only; the next opening undoes it.
   *
   * @param blockAccounts {@code user@host}, as in CREATE USER without quotes
   * @param offlineMode MySQL only: administrators alone may log in
   * @param hooks commands of the operator that fence as well, in the order in which they are tried
   */
  public record Fence(List<String> blockAccounts, boolean offlineMode, List<Hook> hooks) {
    public Fence {
      blockAccounts = List.copyOf(blockAccounts);
      hooks = List.copyOf(hooks);
    }

    public HookPolicy policy() {
      return new HookPolicy(
          hooks.stream().anyMatch(h -> h.when() == HookWhen.FAILED),
          hooks.stream().anyMatch(h -> h.when() == HookWhen.ALWAYS));
    }
  }

  /**
   * A command of the operator that fences a server.
   *
   * @param command its words, an absolute path first; run without a shell
   * @param deadline after which it is killed with its children
   * @param unreachableIsFenced a server that does not answer connections at all after it counts as
   *     fenced: for commands that cut power or a switch port
   */
  public record Hook(
      List<String> command, Duration deadline, HookWhen when, boolean unreachableIsFenced) {
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);

    public Hook {
      command = List.copyOf(command);
    }
  }

  /** After which fences a hook is run. */
  public enum HookWhen {
    /** Those that ended FAILED or QUIESCED. */
    FAILED,
    /** Every one of a server that may have been writable. */
    ALWAYS
  }

  /**
   * MPP's own commits on the ACTIVE server.
   *
   * @param interval between two of them; zero: none
   */
  public record Heartbeat(Duration interval, OnStall onStall) {
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);
  }

  /** What commits that hang, or are refused, do to the ACTIVE node. */
  public enum OnStall {
    /** Its status is OK_WARN, and it serves on. */
    WARN,
    /** Its polls count as failed: the ladder is climbed, and it fails at its end. */
    FAIL
  }

  /** Whether ACTIVE returns to the preferred site, or the one of highest priority, by itself. */
  public enum SiteFailback {
    /** By an operator's switchover only. */
    MANUAL,
    /** By a switchover, once that site was ready for the whole hold-down. */
    AUTO
  }

  /**
   * @param addresses service addresses (IP literals) that DNS hands out while the site is ACTIVE
   */
  public record ServiceSite(SiteId site, List<String> addresses, PoolConfig pool) {
    public ServiceSite {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * @param interval between polls of a healthy node
   * @param retryInterval between polls while errors are counted; at most {@code interval}
   * @param timeout of a whole poll, the login included; above {@code interval} polls cost cycles
   */
  public record Poll(Duration interval, Duration retryInterval, Duration timeout) {
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);

    /** A quarter of the interval. */
    public static Duration defaultRetry(Duration interval) {
      return interval.dividedBy(4);
    }

    /** Seven tenths of the interval, at most 4 s. */
    public static Duration defaultTimeout(Duration interval) {
      Duration share = interval.multipliedBy(7).dividedBy(10);
      Duration cap = Duration.ofSeconds(4);
      return share.compareTo(cap) < 0 ? share : cap;
    }
  }

  /**
   * The account MPP uses on the servers of a service, and the schema that holds its tables.
   *
   * @param serverKey the RSA public key of the servers, for logins without TLS
   * @param insecureServerKey asks a server without TLS for its key
   */
  public record MySql(
      String user,
      Secret password,
      String schema,
      MySqlTls tls,
      Optional<KeyFile> serverKey,
      boolean insecureServerKey) {
    public static final String DEFAULT_SCHEMA = "mpp";
  }

  /** How MPP's sessions on servers are encrypted; certificates are not verified. */
  public enum MySqlTls {
    /** Where the server offers it. */
    PREFERRED,
    REQUIRED,
    DISABLED
  }

  /**
   * A file.
   *
   * @param written as in the configuration; two sites with the same text are configured alike
   */
  public record KeyFile(String written, Path path) {}

  /**
   * The account a server logs in with at its source; the same on every server of the service.
   *
   * @param tls demand an encrypted session between the two
   */
  public record Replication(String user, Secret password, boolean tls) {}

  /** Who decides which server follows which. */
  public enum ReplicationMode {
    /** An administrator, once; MPP starts, stops and compares. */
    CIRCULAR,
    /** MPP, after every change of roles. */
    MANAGED
  }

  /**
   * @param interval between two probes of one checkpoint unless its profile says otherwise
   * @param concurrency how many probes run at the same time, 1 to 1000
   * @param probes {@code class:method:target:profile} specifications, checked; at least one
   */
  public record Checkpoints(SiteId site, Duration interval, int concurrency, List<String> probes) {
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);
    public static final int DEFAULT_CONCURRENCY = 64;

    public Checkpoints {
      probes = List.copyOf(probes);
    }
  }

  /**
   * A named probe profile; what is absent follows the probe's method ({@link ProbeSpecs}).
   *
   * @param path of an HTTP request
   * @param expect HTTP status or range (http, https); response code or data of an answer (dns)
   * @param interval overrides that of {@link Checkpoints}
   * @param user account to log in with (mysql); present if and only if {@code password} is
   * @param query asked after the login (mysql)
   * @param name asked for (dns)
   * @param type of the record asked for, in upper case (dns)
   * @param service asked about (grpc)
   * @param tls demand TLS and a certificate for the target (grpc, mysql)
   */
  public record Profile(
      OptionalInt port,
      Optional<String> path,
      Optional<String> expect,
      Duration timeout,
      Optional<Duration> interval,
      Ladder ladder,
      Optional<String> user,
      Optional<Secret> password,
      Optional<String> query,
      Optional<String> name,
      Optional<String> type,
      Optional<String> service,
      boolean tls) {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(4);
  }

  /**
   * @param zone without a final dot, lower case; contains every service name
   * @param ttl whole seconds; the upper bound of an answer's TTL
   * @param nameServers at least one
   * @param stale what a responder with an old ledger answers
   * @param contact the mailbox in the SOA, as a name without a final dot
   * @param stateReaders networks that may read a service's TXT; empty: everybody
   * @param records further static records, the text of a master file without SOA and NS
   * @param listen where it is not each process's own address
   * @param push names kept at other servers
   */
  public record Dns(
      String zone,
      Duration ttl,
      List<NameServer> nameServers,
      Stale stale,
      String contact,
      ReadOnlyName readOnly,
      List<String> stateReaders,
      String records,
      List<DnsListen> listen,
      DnsLimits limits,
      Optional<Dnssec> dnssec,
      Optional<Secondaries> secondaries,
      List<Push> push,
      Optional<QueryLogging> queryLog) {
    public static final Duration DEFAULT_TTL = Duration.ofSeconds(1);

    public Dns {
      nameServers = List.copyOf(nameServers);
      stateReaders = List.copyOf(stateReaders);
      listen = List.copyOf(listen);
      push = List.copyOf(push);
    }

    /** Where the site's processes answer; empty: at the address of each. */
    public List<String> listenAt(SiteId site) {
      return listen.stream()
          .filter(l -> l.site().equals(site))
          .flatMap(l -> l.addresses().stream())
          .toList();
    }
  }

  /**
   * How the zone is signed.
   *
   * @param keys directory, the same files at every site; read at the start and when they change
   * @param validity of a signature
   */
  public record Dnssec(Path keys, Duration validity) {
    public static final Duration DEFAULT_VALIDITY = Duration.ofDays(7);
  }

  /**
   * The name for reads of each service.
   *
   * @param label put in front of the service's name
   * @param maxLag a site whose servers are all further behind is left out
   * @param near whose clients get which site first
   */
  public record ReadOnlyName(String label, Duration maxLag, List<NearSite> near) {
    public static final String DEFAULT_LABEL = "ro";
    public static final Duration DEFAULT_MAX_LAG = Duration.ofSeconds(10);

    public ReadOnlyName {
      near = List.copyOf(near);
    }
  }

  /**
   * @param networks in CIDR notation
   */
  public record NearSite(SiteId site, List<String> networks) {
    public NearSite {
      networks = List.copyOf(networks);
    }
  }

  /**
   * @param addresses IP literals, the wildcard included
   */
  public record DnsListen(SiteId site, List<String> addresses) {
    public DnsListen {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * Name servers that fetch the zone from here.
   *
   * @param expire how long one answers without hearing from any site
   * @param serialOffset added to every serial: raised when the zone changed but the roles did not
   * @param transfers at a time
   */
  public record Secondaries(
      Duration expire, int serialOffset, int transfers, List<Secondary> servers) {
    public static final Duration DEFAULT_EXPIRE = Duration.ofSeconds(30);
    public static final int DEFAULT_TRANSFERS = 8;

    public Secondaries {
      servers = List.copyOf(servers);
    }
  }

  /**
   * @param networks it fetches from; none: from anywhere, with the key
   * @param notified where it is told of changes, {@code ADDRESS:PORT}
   * @param key it signs with, and is told with
   */
  public record Secondary(List<String> networks, List<String> notified, Optional<Secret> key) {
    public Secondary {
      networks = List.copyOf(networks);
      notified = List.copyOf(notified);
    }
  }

  /**
   * A name at another server, kept by dynamic updates.
   *
   * @param server the zone's primary, {@code ADDRESS:PORT}
   * @param zone without a final dot
   * @param name in that zone, without a final dot
   * @param ttl whole seconds
   * @param withdraw whether a site that holds the role and does not serve takes the addresses away
   */
  public record Push(
      String server,
      String zone,
      ServiceName service,
      String name,
      Duration ttl,
      boolean withdraw,
      Secret key) {}

  /**
   * @param rateLimit answers a second over UDP to one /24 or /56 for one name; 0: no limit
   * @param rateLimitExempt networks without limits
   * @param identify whether the server tells its site to who asks (NSID, id.server)
   */
  public record DnsLimits(int rateLimit, List<String> rateLimitExempt, boolean identify) {
    public static final int DEFAULT_ANSWERS = 1000;

    public DnsLimits {
      rateLimitExempt = List.copyOf(rateLimitExempt);
    }
  }

  /**
   * Which queries are logged where.
   *
   * @param path a file, or a Unix socket; as written, relative to the configuration
   * @param oneIn how many queries there are for each one that is logged
   */
  public record QueryLogging(Format format, String path, int oneIn) {
    public static final int DEFAULT_ONE_IN = 100;
    public static final int MOST_ONE_IN = 1_000_000;

    /** What is written. */
    public enum Format {
      /** Lines in a file. */
      TEXT,
      /** dnstap in a file. */
      DNSTAP,
      /** dnstap to who listens at a Unix socket. */
      DNSTAP_SOCKET
    }

    public QueryLogging {
      if (oneIn < 1 || oneIn > MOST_ONE_IN) {
        throw new IllegalArgumentException(
            "one query in " + oneIn + ": write a number from 1 to " + MOST_ONE_IN);
      }
    }

    /**
     * Reads {@code text:FILE}, {@code dnstap:FILE} or {@code dnstap-socket:PATH}.
     *
     * @throws IllegalArgumentException with how to write it
     */
    public static QueryLogging of(String to, int oneIn) {
      int colon = to.indexOf(':');
      Format format =
          switch (colon < 0 ? "" : to.substring(0, colon)) {
            case "text" -> Format.TEXT;
            case "dnstap" -> Format.DNSTAP;
            case "dnstap-socket" -> Format.DNSTAP_SOCKET;
            default ->
                throw new IllegalArgumentException(
                    "\""
                        + to
                        + "\" names no log: write text:FILE, dnstap:FILE or"
                        + " dnstap-socket:PATH");
          };
      if (colon + 1 == to.length()) {
        throw new IllegalArgumentException("\"" + to + "\" has no path behind the colon");
      }
      return new QueryLogging(format, to.substring(colon + 1), oneIn);
    }
  }

  /**
   * @param name fully qualified, without a final dot, lower case
   * @param address IP literal
   */
  public record NameServer(String name, String address) {}

  /** Which acknowledged writes a failover between sites may lose. */
  public enum Rpo {
    /** None: a site without every acknowledged write is not promoted. */
    ZERO,
    /** As much as {@link RpoBound} says: what would lose more waits for an operator. */
    BOUNDED,
    /** What had not arrived: the most advanced candidate is promoted and the loss is reported. */
    AVAILABILITY
  }

  /** How a FAILED node returns (BEHAVIOUR section 8). */
  public enum Recovery {
    PROVEN,
    MANUAL
  }

  /** How the sites agree on who is ACTIVE (DESIGN section 3). */
  public enum Mode {
    /** Three voters or more: a majority decides. */
    QUORUM,
    /** Exactly two sites and no witness: each other's word, and checkpoints when one is silent. */
    PAIR,
    /** One site. */
    SOLO
  }

  /** When the checkpoints fail the pool (BEHAVIOUR section 6). */
  public enum CheckpointPolicy {
    REACH,
    CLASSIC
  }

  /** Answer of a responder whose ledger is older than the lease (DESIGN section 5). */
  public enum Stale {
    SERVFAIL,
    LAST_KNOWN,
    OWN_SITE
  }
}
