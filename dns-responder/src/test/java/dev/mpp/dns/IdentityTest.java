package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** What the server tells of itself: RFC 4892 and RFC 5001. */
class IdentityTest {
  private static final int NSID = 3;

  private static Ask asking(ServerIdentity identity) {
    return new Ask(Example.table(), new AnswerEngine(identity, Optional.empty()));
  }

  private static final ServerIdentity KNOWN =
      new ServerIdentity(Optional.of("site1-a"), Optional.of("mpp 1"));

  private static Message chaos(String name, int type) {
    return Message.newQuery(Record.newRecord(Name.fromConstantString(name), type, DClass.CH));
  }

  @ParameterizedTest
  @CsvSource({
    "id.server., TXT, site1-a",
    "hostname.bind., TXT, site1-a",
    "version.bind., TXT, mpp 1",
    "VERSION.server., ANY, mpp 1"
  })
  void chaosNamesSayWhoItIs(String name, String type, String expected) {
    Message response = asking(KNOWN).ask(chaos(name, Type.value(type)));
    Ask.assertRcode(Rcode.NOERROR, response);
    List<Record> answers = response.getSection(Section.ANSWER);
    assertEquals(1, answers.size());
    assertEquals(DClass.CH, answers.getFirst().getDClass());
    assertEquals(0, answers.getFirst().getTTL());
    assertEquals(List.of(expected), ((TXTRecord) answers.getFirst()).getStrings());
  }

  @Test
  void nothingIsToldUnlessConfigured() {
    ServerIdentity onlyId = new ServerIdentity(Optional.of("x"), Optional.empty());
    Ask.assertRcode(Rcode.REFUSED, asking(onlyId).ask(chaos("version.bind.", RrType.TXT)));
    Ask.assertRcode(Rcode.REFUSED, asking(KNOWN).ask(chaos("authors.bind.", RrType.TXT)));
    Ask.assertRcode(Rcode.REFUSED, asking(KNOWN).ask(chaos("version.bind.", RrType.A)));
    Ask silent = asking(ServerIdentity.NONE);
    Ask.assertRcode(Rcode.REFUSED, silent.ask(chaos("id.server.", RrType.TXT)));
    assertEquals(0, optionsOf(silent.ask(askingWho())));
  }

  private static Message askingWho() {
    Message query = Ask.query("nope.vip.example.", RrType.A);
    query.addRecord(
        new OPTRecord(1232, 0, 0, 0, new GenericEDNSOption(NSID, new byte[0])), Section.ADDITIONAL);
    return query;
  }

  private static int optionsOf(Message response) {
    @Nullable OPTRecord opt = response.getOPT();
    assertNotNull(opt);
    return opt.getOptions().size();
  }

  @Test
  void nsidIsToldToWhoAsksForIt() {
    Message response = asking(KNOWN).ask(askingWho());
    @Nullable OPTRecord opt = response.getOPT();
    assertNotNull(opt);
    byte[] option = opt.getOptions(NSID).getFirst().toWire();
    assertEquals("site1-a", new String(option, 4, option.length - 4, StandardCharsets.UTF_8));
    assertEquals(
        0, optionsOf(asking(KNOWN).ask(Ask.ednsQuery("nope.vip.example.", RrType.A, 1232))));
  }
}
