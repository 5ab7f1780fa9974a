package dev.mpp.node.config;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.Status;
import dev.mpp.node.config.MppConfig.CheckpointPolicy;
import dev.mpp.node.config.MppConfig.Fence;
import dev.mpp.node.config.MppConfig.Heartbeat;
import dev.mpp.node.config.MppConfig.MySql;
import dev.mpp.node.config.MppConfig.OnStall;
import dev.mpp.node.config.MppConfig.Poll;
import dev.mpp.node.config.MppConfig.Recovery;
import dev.mpp.node.config.MppConfig.Replication;
import dev.mpp.node.config.MppConfig.Rpo;
import dev.mpp.node.config.MppConfig.Service;
import dev.mpp.node.config.MppConfig.ServiceSite;
import dev.mpp.node.config.MppConfig.Site;
import dev.mpp.node.config.MppConfig.SiteFailback;
import dev.mpp.node.config.Section.Placed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code services:}. */
final class ServiceReader {
  private final SiteTable sites;
  private final Optional<SiteId> self;
  private final SecretReader secrets;
  private final MppConfig.Lease lease;
  private final PoolOwners owners;

  ServiceReader(
      SiteTable sites, Optional<SiteId> self, SecretReader secrets, MppConfig.Lease lease) {
    this.lease = lease;
    this.sites = sites;
    this.self = self;
    this.secrets = secrets;
    this.owners = new PoolOwners();
  }

  List<Placed<Service>> readAll(Section top) {
    if (!top.has("services")) {
      top.missing("services");
      return List.of();
    }
    List<Section> sections = top.sections("services");
    if (top.emptyList("services")) {
      top.problem("services", "lists no service", "add one; see docs/configuration.md");
    }
    List<Placed<Service>> out = new ArrayList<>();
    Set<ServiceName> names = new HashSet<>();
    for (Section section : sections) {
      Optional<ServiceName> name = section.need("name", Form.SERVICE).map(Placed::value);
      name.filter(n -> !names.add(n))
          .ifPresent(
              n ->
                  section.problem(
                      "name", "is \"" + n + "\", as an earlier service", "keep one of the two"));
      read(section, name).ifPresent(s -> out.add(new Placed<>(s, section.at("name"))));
    }
    return out;
  }

  private Optional<Service> read(Section section, Optional<ServiceName> name) {
    RpoReader rpos = RpoReader.read(section);
    Rpo rpo = rpos.rpo();
    Poll poll = poll(section.section("poll"));
    rpos.warn(section, lease, poll);
    Recovery recovery = section.value("recovery", Form.choice(Recovery.class), Recovery.PROVEN);
    Duration holdDown =
        section.value("hold-down", Timing.between(0, 86_400_000), Service.DEFAULT_HOLD_DOWN);
    RoleReader roles = RoleReader.read(section);
    Ladder ladder = section.value("ladder", LADDER, Ladder.DEFAULT);
    Status failAt = section.value("fail-at", FAIL_AT, Status.FAIL);
    Duration lagLimit =
        section.value("lag-limit", Timing.between(1_000, 86_400_000), Service.DEFAULT_LAG_LIMIT);
    Reach reach = section.value("require-reach", Form.choice(Reach.class), Reach.GLOBAL);
    CheckpointPolicy policy =
        section.value(
            "checkpoint-policy", Form.choice(CheckpointPolicy.class), CheckpointPolicy.REACH);
    boolean semiSync = section.value("semi-sync", Form.FLAG, !roles.cluster());
    SiteFailback siteFailback =
        section.value("site-failback", Form.choice(SiteFailback.class), SiteFailback.MANUAL);
    Heartbeat heartbeat = heartbeat(section.section("heartbeat"));
    List<ServiceSite> here =
        sites(
            section,
            new PoolReader(
                new PoolReader.Policy(
                    roles.forNodes(), ladder, failAt, recovery == Recovery.PROVEN)));
    boolean used = here.stream().anyMatch(s -> self.filter(s.site()::equals).isPresent());
    Optional<MySql> mysql = new MySqlReader(secrets).read(section, used);
    Fence fence = FenceReader.read(section.section("fence"), mysql.map(MySql::user), used);
    Optional<Replication> replication = new ReplicationReader(secrets).read(section, used);
    section.close();
    if (rpo == Rpo.ZERO && here.size() > 2) {
      section.problem(
          "sites",
          "lists " + here.size() + " sites under \"rpo: zero\"",
          "this version can vouch for two data sites only: set \"rpo: availability\" or drop one");
    }
    if (rpo == Rpo.ZERO && here.stream().anyMatch(s -> s.pool().nodes().size() > 1)) {
      section.problem(
          "sites",
          "has a pool of several nodes under \"rpo: zero\"",
          "a local node may lack acknowledged writes: set \"rpo: availability\" or list one node");
    }
    if (rpo == Rpo.BOUNDED
        && !roles.cluster()
        && here.stream().anyMatch(s -> s.pool().nodes().size() > 1)) {
      section.warning(
          "rpo",
          "bounds the loss of a service with a pool of several nodes, of which the first by"
              + " priority counts, whatever data the others have",
          "list one node for each site, or see \"rpo: bounded\" in docs/configuration.md");
    }
    if (rpo == Rpo.BOUNDED && roles.cluster()) {
      section.problem(
          "rpo",
          "bounds what a cluster may lose, whose nodes keep themselves in step",
          "set \"rpo: availability\"");
    }
    if (roles.cluster() && semiSync) {
      section.problem(
          "semi-sync",
          "is on for a cluster",
          "the nodes of a cluster replicate among themselves: leave it out or set it to false");
    }
    if (roles.cluster() && replication.isPresent()) {
      section.problem(
          "replication",
          "is managed for a cluster",
          "the nodes of a cluster replicate among themselves: leave it out");
    }
    if (rpo == Rpo.ZERO && !semiSync && here.size() > 1) {
      section.warning(
          "semi-sync",
          "is off, so \"rpo: zero\" cannot be kept when a site is lost at once",
          "set \"semi-sync: true\" or \"rpo: availability\"");
    }
    return name.flatMap(
        n ->
            mysql.map(
                m ->
                    new Service(
                        n,
                        rpo,
                        rpos.bound(),
                        poll,
                        recovery,
                        holdDown,
                        roles.rule(),
                        ladder,
                        failAt,
                        lagLimit,
                        reach,
                        policy,
                        m,
                        semiSync,
                        siteFailback,
                        heartbeat,
                        fence,
                        replication,
                        here)));
  }

  static final Form<Ladder> LADDER =
      text -> {
        try {
          return Ladder.parse(text);
        } catch (IllegalArgumentException e) {
          throw new Refused(
              "is not a ladder: " + e.getMessage(),
              "write the failures that begin OK_INFO, OK_WARN, OK_CRITICAL and FAIL: \"1,2,3,4\"");
        }
      };

  /** OK and OK_INFO would fail a node that answers, or at its first lost poll. */
  private static final Form<Status> FAIL_AT =
      text -> {
        Status status = Form.choice(Status.class, Status::name).read(text);
        if (!status.atLeast(Status.OK_WARN)) {
          throw new Refused("is " + text, "choose one of OK_WARN, OK_CRITICAL, FAIL");
        }
        return status;
      };

  private static Poll poll(Section section) {
    Duration interval =
        section.value("interval", Timing.between(100, 600_000), Poll.DEFAULT_INTERVAL);
    Poll poll =
        new Poll(
            interval,
            section.value(
                "retry-interval", Timing.between(20, 600_000), Poll.defaultRetry(interval)),
            section.value("timeout", Timing.between(20, 600_000), Poll.defaultTimeout(interval)));
    section.close();
    TimingRules.check(section, poll);
    return poll;
  }

  private static Heartbeat heartbeat(Section section) {
    Heartbeat heartbeat =
        new Heartbeat(
            section.value("interval", BEATS, Heartbeat.DEFAULT_INTERVAL),
            section.value("on-stall", Form.choice(OnStall.class), OnStall.WARN));
    section.close();
    return heartbeat;
  }

  /** None at all, or not so often that they are a load. */
  private static final Form<Duration> BEATS =
      text -> {
        Duration time = Timing.between(0, 60_000).read(text);
        if (!time.isZero() && time.toMillis() < 500) {
          throw new Refused("is \"" + text + "\"", "write 500ms to 60s, or 0ms for no heartbeats");
        }
        return time;
      };

  private List<ServiceSite> sites(Section service, PoolReader pools) {
    if (!service.has("sites")) {
      service.missing("sites");
      return List.of();
    }
    List<ServiceSite> out = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Map<String, String> addressOwner = new HashMap<>();
    List<Section> sections = service.sections("sites");
    for (Section section : sections) {
      Optional<Site> site = reference(section, seen);
      List<String> addresses = addresses(section, addressOwner);
      var pool = pools.read(section);
      section.close();
      if (site.isPresent() && pool.isPresent()) {
        owners.claim(section, site.get(), pool.get());
        out.add(new ServiceSite(site.get().id(), addresses, pool.get()));
      }
    }
    if (service.emptyList("sites")) {
      service.problem("sites", "lists no site", "name the sites that have a pool");
    } else if (sections.size() == 1) {
      service.warning(
          "sites", "lists one site: nothing can take over when it is lost", "add a second site");
    }
    return out;
  }

  private Optional<Site> reference(Section section, Set<String> seen) {
    Optional<String> name = section.need("site", Form.TEXT).map(Placed::value);
    if (name.isEmpty() || !sites.resolves(section, "site", name.get())) {
      return Optional.empty();
    }
    if (!seen.add(name.get())) {
      section.problem(
          "site", "is \"" + name.get() + "\", as an earlier entry", "keep one of the two");
    }
    Optional<Site> site = sites.find(name.get());
    if (site.filter(Site::witness).isPresent()) {
      section.problem(
          "site",
          "is \"" + name.get() + "\", a witness: it votes and has no pool",
          "remove this entry, or \"witness: true\" from the site");
    }
    return site;
  }

  private static List<String> addresses(Section section, Map<String, String> owner) {
    List<Placed<String>> addresses = section.values("addresses", Form.IP);
    if (!section.has("addresses")) {
      section.missing("addresses");
    } else if (section.emptyList("addresses")) {
      section.problem("addresses", "lists no address", "give the address clients connect to");
    }
    for (Placed<String> address : addresses) {
      String other = owner.putIfAbsent(Addresses.canonical(address.value()), section.path());
      if (other != null) {
        section
            .findings()
            .problem(
                address.at(),
                section.path() + ".addresses has " + address.value() + ", as has " + other,
                "give each site its own addresses: DNS tells the sites apart by them");
      }
    }
    return addresses.stream().map(Placed::value).toList();
  }
}
