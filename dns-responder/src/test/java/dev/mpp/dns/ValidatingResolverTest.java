package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/** A whole validator of another author judges whole answers, proofs included. */
class ValidatingResolverTest {
  private final SignedExample example =
      new SignedExample(
          List.of(
              SignedExample.csk(DnssecAlgorithm.ECDSAP256SHA256),
              SignedExample.zsk(
                  SignedExample.NOW - 90 * SignedExample.DAY,
                  SignedExample.NOW - 50 * SignedExample.DAY)));

  private Message validated(String name, int type, UnaryOperator<Message> onTheWay)
      throws Exception {
    Clock clock = Clock.fixed(example.instant(), ZoneOffset.UTC);
    ValidatingResolver validating =
        new ValidatingResolver(new Direct(new Ask(example.table), onTheWay), clock);
    Dnskey key = example.signer.stage().keySigners().getFirst().key();
    String anchor = key.dsText(SignedExample.ZONE, Dnskey.Digest.SHA256);
    validating.loadTrustAnchors(
        new ByteArrayInputStream(anchor.getBytes(StandardCharsets.US_ASCII)));
    Message query = Ask.query(name, type);
    query.getHeader().setFlag(Flags.AD);
    return validating.send(query);
  }

  @ParameterizedTest
  @CsvSource({
    "db.vip.example., A",
    "dB.vIp.eXample., TXT",
    "vip.example., SOA",
    "vip.example., DNSKEY",
    "vip.example., CDS",
    "ro.vip.example., A",
    "srv.vip.example., SRV",
    "mail.vip.example., MX",
    "alias.vip.example., A",
    "mixed.vip.example., TXT",
    "signed.vip.example., DS",
    // negative
    "db.vip.example., AAAA",
    "vip.example., A",
    "very.deep.vip.example., TXT",
    "nosuch.vip.example., A",
    "a.b.c.d.vip.example., MX",
    "*.vip.example., A",
    "alias.vip.example., AAAA",
    "nowhere-near.vip.example., A",
    "unsigned.vip.example., DS",
    "deep.sub.vip.example., DS",
    "sub.vip.example., A"
  })
  void isSecure(String name, String type) throws Exception {
    Message response = validated(name, Type.value(type), m -> m);
    Ask.assertRcode(Rcode.NOERROR, response);
    assertTrue(response.getHeader().getFlag(Flags.AD), response::toString);
  }

  @ParameterizedTest
  @CsvSource({"host.deep.sub.vip.example., A", "down.vip.example., A"})
  void whatNobodySignsIsInsecure(String name, String type) throws Exception {
    Message response = validated(name, Type.value(type), m -> m);
    Ask.assertRcode(Rcode.NOERROR, response);
    assertFalse(response.getHeader().getFlag(Flags.AD), response::toString);
    assertFalse(response.getSection(Section.ANSWER).isEmpty());
  }

  /** The judge is not one that takes everything. */
  @Test
  void aChangedAnswerIsBogus() throws Exception {
    Message response =
        validated(
            "db.vip.example.",
            RrType.A,
            m -> {
              byte[] wire = m.toWire();
              int at = indexOf(wire, new byte[] {(byte) 198, 51, 100, 7});
              if (at >= 0) {
                wire[at + 3] = 8;
              }
              return Ask.decode(wire);
            });
    Ask.assertRcode(Rcode.SERVFAIL, response);
    Message stripped =
        validated(
            "nosuch.vip.example.",
            RrType.A,
            m -> {
              m.getSection(Section.AUTHORITY).stream()
                  .filter(r -> r.getType() == Type.NSEC)
                  .toList()
                  .forEach((Record r) -> m.removeRecord(r, Section.AUTHORITY));
              return m;
            });
    Ask.assertRcode(Rcode.SERVFAIL, stripped);
  }

  private static int indexOf(byte[] all, byte[] part) {
    for (int i = 0; i + part.length <= all.length; i++) {
      if (java.util.Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void aSignatureOutlivesTheClockOfItsMaker() throws Exception {
    Message now = validated("db.vip.example.", RrType.A, m -> m);
    assertTrue(now.getHeader().getFlag(Flags.AD));
    long signedAt = example.clock.get();
    Ask fresh = new Ask(example.table);
    Message kept = fresh.ask(SignedExample.query("db.vip.example.", RrType.A, SignedExample.DO));
    example.clock.set(signedAt + 2 * SignedExample.DAY);
    example.validator().assertAnswerSigned(kept, example.instant());
    assertEquals(1, kept.getSectionRRsets(Section.ANSWER).size());
  }

  /** Hands queries to the engine, as over TCP. */
  private record Direct(Ask ask, UnaryOperator<Message> onTheWay) implements Resolver {
    @Override
    public CompletionStage<Message> sendAsync(Message query, Executor executor) {
      Message asked = query.clone();
      if (asked.getOPT() == null) {
        asked.addRecord(new OPTRecord(1232, 0, 0, SignedExample.DO), Section.ADDITIONAL);
      }
      Message response = onTheWay.apply(ask.over(Transport.TCP).ask(asked));
      return CompletableFuture.completedFuture(response);
    }

    @Override
    public CompletionStage<Message> sendAsync(Message query) {
      return sendAsync(query, Runnable::run);
    }

    @Override
    public void setPort(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setTCP(boolean flag) {
      // always
    }

    @Override
    public void setIgnoreTruncation(boolean flag) {
      // nothing is truncated
    }

    @Override
    public void setEDNS(int version, int size, int flags, List<EDNSOption> options) {
      // always the same
    }

    @Override
    public void setTSIGKey(TSIG key) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setTimeout(Duration timeout) {
      // nothing takes any
    }
  }
}
