package dev.mpp.node.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.wire.TwinCodec;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two real groups over loopback sockets. */
@Timeout(120)
class TwinGroupTest {
  @Test
  void theyFindAndHearEachOtherAndNoticeTheEnd() throws Exception {
    int port = Pair.freePort();
    Pair.Ear ofA = new Pair.Ear();
    Pair.Ear ofB = new Pair.Ear();
    try (TwinGroup a = Pair.group("a", port, ofA)) {
      a.tell(Pair.state("a", 1));
      try (TwinGroup b = Pair.group("b", port, ofB)) {
        Pair.await("they are there", () -> ofA.up && ofB.up);
        a.tell(Pair.state("a", 2));
        b.tell(Pair.state("b", 5));
        Pair.await("a is heard", () -> ofB.heard.contains(Pair.state("a", 2)));
        Pair.await("b is heard", () -> ofA.heard.contains(Pair.state("b", 5)));
      }
      Pair.await("b is gone", () -> !ofA.up);
      Pair.Ear again = new Pair.Ear();
      try (TwinGroup b = Pair.group("b", port, again)) {
        Pair.await("b is back", () -> ofA.up && again.up);
        a.tell(Pair.state("a", 3));
        Pair.await("a is heard again", () -> again.heard.contains(Pair.state("a", 3)));
      }
    }
  }

  @Test
  void startedApartTheyMeetWhenTheOtherAppearsAndGarbageHarmsNobody() throws Exception {
    int port = Pair.freePort();
    Pair.Ear ofA = new Pair.Ear();
    Pair.Ear ofB = new Pair.Ear();
    try (TwinGroup a = Pair.group("a", port, ofA)) {
      Pair.await(
          "it listens",
          () -> {
            try (Socket s = new Socket("127.0.1.2", port)) {
              s.getOutputStream().write(new byte[1000]);
              return true;
            } catch (IOException e) {
              return false;
            }
          });
      assertFalse(ofA.up);
      try (TwinGroup b = Pair.group("b", port, ofB)) {
        Pair.await("they meet", () -> ofA.up && ofB.up);
        a.tell(Pair.state("a", 9));
        Pair.await("a is heard", () -> ofB.heard.contains(Pair.state("a", 9)));
      }
    }
  }

  @Test
  void aStateSurvivesTheWireAndAForeignOneIsRefused() {
    byte[] bytes = TwinCodec.encode("test", Pair.state("a", 4));
    assertEquals(Pair.state("a", 4), TwinCodec.decode("test", bytes, 0, bytes.length));
    IllegalArgumentException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            IllegalArgumentException.class,
            () -> TwinCodec.decode("other", bytes, 0, bytes.length));
    assertTrue(e.getMessage().contains("deployment \"test\""), e.getMessage());
  }
}
