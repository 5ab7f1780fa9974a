package dev.mpp.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GlobalNameTest {
  private static final String NAME = "mysql.eraser.test";

  @Test
  void anAnswerIsKeptForItsTtl() throws IOException {
    try (StubDns dns = new StubDns("127.0.1.1", 60)) {
      dns.point("127.0.1.1");
      GlobalName name = new GlobalName(NAME, List.of(responder("127.0.1.1", dns)), 0);
      assertEquals(Optional.of("127.0.1.1"), name.resolve());
      dns.point("127.0.2.1");
      assertEquals(Optional.of("127.0.1.1"), name.resolve());
      assertEquals(1, dns.asked());
    }
  }

  @Test
  void aTtlOfZeroIsNotKept() throws IOException {
    try (StubDns dns = new StubDns("127.0.1.1", 0)) {
      dns.point("127.0.1.1");
      GlobalName name = new GlobalName(NAME, List.of(responder("127.0.1.1", dns)), 0);
      assertEquals(Optional.of("127.0.1.1"), name.resolve());
      dns.point("127.0.2.1");
      assertEquals(Optional.of("127.0.2.1"), name.resolve());
    }
  }

  @Test
  void aServerThatFailsMakesItAskTheNextAndStayThere() throws IOException {
    try (StubDns failing = new StubDns("127.0.1.1", 0);
        StubDns good = new StubDns("127.0.2.1", 0)) {
      good.point("127.0.2.1");
      GlobalName name =
          new GlobalName(
              NAME, List.of(responder("127.0.1.1", failing), responder("127.0.2.1", good)), 0);
      assertEquals(Optional.of("127.0.2.1"), name.resolve());
      assertEquals(Optional.of("127.0.2.1"), name.resolve());
      assertEquals(1, failing.asked());
    }
  }

  @Test
  void nobodyKnows() throws IOException {
    try (StubDns dns = new StubDns("127.0.1.1", 0)) {
      GlobalName name = new GlobalName(NAME, List.of(responder("127.0.1.1", dns)), 0);
      assertEquals(Optional.empty(), name.resolve());
    }
  }

  private static Responder responder(String address, StubDns dns) {
    return new Responder(address, dns.port(), Duration.ofSeconds(2));
  }
}
