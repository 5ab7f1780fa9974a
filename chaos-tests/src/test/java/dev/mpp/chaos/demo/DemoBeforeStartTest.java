package dev.mpp.chaos.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Children;
import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Trouble;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the demo says and refuses without a server. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class DemoBeforeStartTest {
  @TempDir private Path folder;

  @Test
  void theGuideNamesTheActiveSite() {
    Map<String, Object> values =
        Map.of("dns", 15353, "mysql", 13306, "password", "p", "client", "mariadb", "root", "r");
    String text = Guide.text(Site.SITE2, values);
    assertTrue(text.contains("./mpp demo kill mysql site2"), text);
    assertTrue(text.contains("dig @127.0.2.1 -p 15353 mysql.eraser.test "), text);
    assertTrue(text.contains("./mpp status") && text.contains("./mpp watch"), text);
    assertFalse(text.contains("kill mysql site1"), text);
    assertFalse(text.contains("${"), text);
  }

  @Test
  void anotherOffsetIsRefusedOnlyWhenSomethingWasMade() throws IOException {
    Layout layout = new Layout(folder);
    Demo.sameOffset(layout, new Ports(0));
    Demo.sameOffset(layout, new Ports(1000));
    assertEquals("1000", Files.readString(layout.offset()));
    Files.createDirectories(layout.site(Site.SITE1));
    Files.createFile(layout.prepared(Site.SITE1));
    Demo.sameOffset(layout, new Ports(1000));
    var refused = assertThrows(Trouble.class, () -> Demo.sameOffset(layout, new Ports(2000)));
    assertTrue(String.valueOf(refused.getMessage()).contains("--port-offset 1000"));
  }

  @Test
  void aTakenOperatorPortIsFound() throws IOException {
    Ports ports = new Ports(7_770);
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(
          new InetSocketAddress(InetAddress.ofLiteral(Site.SITE1.address()), ports.operator()));
      var refused = assertThrows(Trouble.class, () -> Preflight.ports(ports));
      assertTrue(String.valueOf(refused.getMessage()).contains("127.0.1.1:" + ports.operator()));
    }
  }

  @Test
  void aStoppedProcessIsFrozen() {
    Child child =
        new Children(folder.resolve("records"))
            .start("sleeper", List.of("sleep", "50"), Map.of(), folder, folder.resolve("log"));
    assertFalse(child.frozen());
    child.freeze();
    assertTrue(Deadline.await(java.time.Duration.ofSeconds(5), child::frozen));
    child.thaw();
    assertTrue(Deadline.await(java.time.Duration.ofSeconds(5), () -> !child.frozen()));
    child.kill();
  }

  @Test
  void theBarIsDrawnOnlyWhenItChanges() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Console console = new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8), true);
    for (int i = 0; i < 1_000; i++) {
      console.progress("unpacking", 0.5 + i * 1e-6);
    }
    console.progress("unpacking", 0.51);
    assertEquals(2, bytes.toString(StandardCharsets.UTF_8).split("\r", -1).length - 1);
  }
}
