package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.plan.BrainCommand;
import dev.mpp.tls.Certificates;
import dev.mpp.tls.Identity;
import dev.mpp.tls.SiteTls;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificateWatchTest {
  @TempDir private Path dir;

  @Test
  void itWarnsOnceAtEachStepAndTheScreenAlways() {
    Certificates ca = new Certificates(dir, "shop");
    Instant start = Instant.now();
    Identity site1 = Identity.site("shop", "site1");
    SiteTls tls = Certificates.open(ca.issue(site1, Duration.ofDays(100), start), site1);
    List<String> said = new ArrayList<>();
    Instant[] wall = {start};
    CertificateWatch watch =
        new CertificateWatch(
            tls, () -> wall[0], (BrainCommand.Journal j) -> said.add(j.reason()), () -> {});
    assertEquals(Optional.empty(), CertificateWatch.warning(tls, () -> wall[0]));
    for (int day = 0; day < 102; day++) {
      wall[0] = start.plus(Duration.ofDays(day));
      watch.look();
      watch.look();
    }
    assertEquals(3, said.size(), said.toString());
    assertTrue(said.get(0).contains("in 29 days"), said.get(0));
    assertTrue(said.get(1).contains("in 6 days"), said.get(1));
    assertTrue(said.get(2).contains("hours"), said.get(2));
    String screen = CertificateWatch.warning(tls, () -> wall[0]).orElse("");
    assertTrue(screen.contains("expired on"), screen);
  }
}
