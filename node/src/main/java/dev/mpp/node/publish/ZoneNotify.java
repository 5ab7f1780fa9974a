package dev.mpp.node.publish;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;

/**
 * Tells one secondary of each new serial (RFC 1996), over UDP, until it has answered; a newer
 * serial replaces one that was not answered. On a thread of its own.
 *
 * <p>It carries no data and no authority: the secondary asks for the SOA and decides. So every site
 * tells every secondary, and a secondary that one site cannot reach hears of it from another.
 */
public final class ZoneNotify implements Runnable {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final int ATTEMPTS = 8;
  private static final long IDLE_MILLIS = 60_000;

  private final Name zone;
  private final InetSocketAddress server;
  private final Optional<DnsOutbound.KeySource> key;
  private final Signal changes = new Signal();
  private final Backoff backoff = new Backoff(500, 8_000);
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private volatile long wanted = -1;
  private volatile long told = -1;
  private volatile String trouble = "";

  /**
   * @param zone with a final dot
   * @param key that messages are signed with
   */
  public ZoneNotify(String zone, InetSocketAddress server, Optional<DnsOutbound.KeySource> key) {
    this.zone = Name.fromConstantString(zone);
    this.server = server;
    this.key = key;
  }

  /** There is a new serial; returns at once. */
  public void announce(long serial) {
    wanted = serial;
    changes.raise();
  }

  /** Ends the thread. */
  public void end() {
    changes.end();
  }

  @Override
  public void run() {
    long seen = 0;
    long done = -1;
    try {
      while (!changes.ended()) {
        if (wanted != done) {
          done = tell(wanted);
        }
        if (wanted == done) {
          seen = changes.await(seen, IDLE_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      // The process ends.
    }
  }

  /** Until an answer, a newer serial, or too many attempts: its refresh time is left then. */
  private long tell(long serial) throws InterruptedException {
    backoff.reset();
    for (int i = 0; i < ATTEMPTS && wanted == serial && !changes.ended(); i++) {
      try {
        int rcode = new SignedDns(server, TIMEOUT, signer()).exchange(message(), false).getRcode();
        if (rcode == Rcode.NOERROR) {
          acknowledged.incrementAndGet();
          told = serial;
          trouble = "";
        } else {
          refused.incrementAndGet();
          trouble = "it answers NOTIFY with " + Rcode.string(rcode) + ": is this its primary?";
        }
        return serial;
      } catch (IOException | RuntimeException e) {
        // A key that is no key any more included: it is read again for the next attempt.
        unanswered.incrementAndGet();
        trouble = String.valueOf(e.getMessage());
        pause(serial, backoff.failed());
      }
    }
    return serial;
  }

  private Optional<TSIG> signer() throws IOException {
    return key.isPresent() ? Optional.of(DnsOutbound.tsig(key.get().read())) : Optional.empty();
  }

  private void pause(long serial, long millis) throws InterruptedException {
    long until = System.nanoTime() + millis * 1_000_000;
    long seen = 0;
    long left = millis;
    while (left > 0 && wanted == serial && !changes.ended()) {
      seen = changes.await(seen, left);
      left = (until - System.nanoTime()) / 1_000_000;
    }
  }

  private Message message() {
    Message notify = new Message();
    notify.getHeader().setOpcode(Opcode.NOTIFY);
    notify.getHeader().setFlag(Flags.AA);
    notify.addRecord(Record.newRecord(zone, Type.SOA, DClass.IN), org.xbill.DNS.Section.QUESTION);
    return notify;
  }

  InetSocketAddress server() {
    return server;
  }

  long acknowledged() {
    return acknowledged.get();
  }

  long refused() {
    return refused.get();
  }

  long unanswered() {
    return unanswered.get();
  }

  /** Where it stands, in a sentence. */
  String line() {
    String what = "DNS secondary " + DnsOutbound.text(server);
    if (wanted < 0) {
      return what + ": nothing to tell yet";
    }
    return what
        + (told == wanted
            ? ": told of serial " + told
            : ": not told of serial " + wanted + (trouble.isEmpty() ? "" : ": " + trouble));
  }

  /** What an operator has to know. */
  Optional<String> alarm() {
    return told != wanted && !trouble.isEmpty() ? Optional.of(line()) : Optional.empty();
  }
}
