package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** Neither lane starves the other, and each stays in order. */
final class MailboxTest {

  @Test
  void aLetterWaitsForOnePollAtMost() throws InterruptedException {
    Mailbox<String> mailbox = new Mailbox<>(100);
    for (int i = 0; i < 50; i++) {
      mailbox.putPoll("poll " + i);
    }
    assertEquals("poll 0", mailbox.take(0));
    mailbox.put("renewal");
    assertEquals("renewal", mailbox.take(0));
    assertEquals("poll 1", mailbox.take(0));
  }

  @Test
  void pollsHaveTheirTurnHoweverManyLettersCome() throws InterruptedException {
    Mailbox<String> mailbox = new Mailbox<>(100);
    mailbox.putPoll("poll 0");
    mailbox.putPoll("poll 1");
    int taken = 0;
    int polls = 0;
    while (polls < 2) {
      mailbox.put("letter");
      String next = mailbox.take(0);
      if (("poll " + polls).equals(next)) {
        polls++;
      }
      taken++;
    }
    assertEquals(2 * (Mailbox.IN_A_ROW + 1), taken);
  }

  @Test
  void anEmptyOneAnswersInTime() throws InterruptedException {
    assertNull(new Mailbox<String>(1).take(1_000_000));
  }
}
