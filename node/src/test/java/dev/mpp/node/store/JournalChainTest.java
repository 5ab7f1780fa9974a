package dev.mpp.node.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.journal.JournalReport;
import dev.mpp.core.journal.JournalReport.Kind;
import dev.mpp.core.journal.Testimony;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was done to the journal's file is found, and named. */
class JournalChainTest {
  @TempDir Path dir;

  private Path file;
  private JournalHead head;

  @BeforeEach
  void tenEntries() throws Exception {
    file = dir.resolve(NodeStore.FILE);
    head = append(10);
  }

  private NodeStore open() throws StoreException {
    return NodeStore.open(dir, new StoreFixtures.Heard());
  }

  private JournalHead append(int entries) throws Exception {
    try (NodeStore store = open()) {
      for (int i = 0; i < entries; i++) {
        store.append(StoreFixtures.event("n" + i));
        if (i % 3 == 0) {
          store.flush();
        }
      }
      store.flush();
      return store.head();
    }
  }

  private void sql(String... statements) throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private JournalReport verify(Testimony... others) throws StoreException {
    return NodeStore.verify(file, List.of(others));
  }

  private void assertFault(Kind kind, long sequence, String text) throws StoreException {
    JournalReport report = verify();
    assertFalse(report.whole());
    var first = report.faults().getFirst();
    assertEquals(kind, first.kind(), first.text());
    assertEquals(sequence, first.sequence(), first.text());
    assertTrue(first.text().contains(text), first.text());
  }

  @Test
  void aWholeJournalIsWholeAndItsHeadIsKnown() throws Exception {
    JournalReport report = verify();
    assertEquals(List.of(), report.faults());
    assertEquals(10, report.checked());
    assertEquals(head, report.head());
    assertEquals(10, head.sequence());
    try (NodeStore store = open()) {
      assertEquals(Optional.empty(), store.tampering());
      assertTrue(store.verify(List.of()).whole());
      assertEquals(head, store.head());
    }
    assertEquals(head, JournalHead.parse(head.toString()));
  }

  /** By the rule in docs/operations.md alone, from the columns of the table. */
  @Test
  void aThirdPartyCanVerifyIt() throws Exception {
    String awkward = "é \u0000 , 3:x, \ud83d\ude00 \ud800";
    try (NodeStore store = open()) {
      JournalEvent e =
          new JournalEvent(-1, "", "guard", awkward, "", "\n", Long.MAX_VALUE, awkward, "ann");
      store.append(e).durable().get(10, TimeUnit.SECONDS);
    }
    String last = "0".repeat(64);
    int entries = 0;
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        var row = statement.executeQuery("SELECT * FROM journal ORDER BY sequence")) {
      while (row.next()) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int column = 0; column <= 10; column++) {
          byte[] value = (column == 0 ? last : row.getString(column)).getBytes(UTF_8);
          text.write((value.length + ":").getBytes(UTF_8));
          text.write(value);
          text.write(',');
        }
        last =
            HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.toByteArray()));
        assertEquals(last, row.getString(11));
        entries++;
      }
    }
    assertEquals(11, entries);
    assertTrue(verify().whole());
    assertEquals(last, verify().head().hash());
  }

  @Test
  void anEditIsFound() throws Exception {
    sql("UPDATE journal SET reason = 'nothing happened' WHERE sequence = 4");
    assertFault(Kind.CHANGED, 4, "entry #4 does not fit its hash");
    assertEquals(1, verify().faults().size());
  }

  @Test
  void anEditWithANewHashIsFoundAtTheNext() throws Exception {
    JournalEvent forged = StoreFixtures.event("forged");
    String before;
    try (NodeStore store = open()) {
      before = store.journal(3, 1).getFirst().hash();
    }
    String before3 = hashOf(3);
    assertEquals(before3, hashOf(3));
    String hash = new JournalChain().hash(before3, 4, forged);
    sql("UPDATE journal SET subject = 'forged', hash = '" + hash + "' WHERE sequence = 4");
    assertFault(Kind.CHANGED, 5, "or #4 was, together with its hash");
    assertFalse(before.equals(hash));
  }

  private String hashOf(long sequence) throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        var row = statement.executeQuery("SELECT hash FROM journal WHERE sequence = " + sequence)) {
      assertTrue(row.next());
      return row.getString(1);
    }
  }

  @Test
  void aHoleIsFound() throws Exception {
    sql("DELETE FROM journal WHERE sequence IN (5, 6)");
    assertFault(Kind.MISSING, 5, "entries #5 to #6 are missing");
    sql("DELETE FROM journal WHERE sequence < 3");
    assertFault(Kind.MISSING, 1, "at the beginning");
  }

  @Test
  void aCutOffEndIsFoundAndStaysVisible() throws Exception {
    sql("DELETE FROM journal WHERE sequence > 7");
    assertFault(Kind.TRUNCATED, 8, "entries #8 to #10 are missing at the end");
    try (NodeStore store = open()) {
      assertEquals(
          Optional.of("the journal ends with #7, MPP had ended it with #10"), store.tampering());
      assertEquals(11, store.append(StoreFixtures.event("later")).sequence());
      store.flush();
      JournalReport later = store.verify(List.of());
      assertEquals(Kind.MISSING, later.faults().getFirst().kind());
    }
    append(3);
    assertFault(Kind.MISSING, 8, "entries #8 to #10 are missing");
    assertEquals(1, verify().faults().size());
  }

  /** Whoever also rewrites the marks is found by what others saw only. */
  @Test
  void whatOthersSawShowsARewrittenEnd() throws Exception {
    String seventh = hashOf(7);
    sql(
        "DELETE FROM journal WHERE sequence > 7",
        "UPDATE journal_chain SET sequence = 7, hash = '" + seventh + "' WHERE name = 'head'");
    assertTrue(verify().whole());
    Testimony other = new Testimony("site2", head);
    assertEquals(Kind.TRUNCATED, verify(other).faults().getFirst().kind());
    append(5);
    JournalReport rewritten = verify(other);
    assertEquals(Kind.REWRITTEN, rewritten.faults().getFirst().kind());
    assertEquals(10, rewritten.faults().getFirst().sequence());
    assertTrue(verify(new Testimony("site2", new JournalHead(7, seventh))).whole());
  }

  @Test
  void addedEntriesAndDamagedMarksAreFound() throws Exception {
    sql(
        "INSERT INTO journal SELECT 11, 0, '', 'x', '', '', '', 0, '', '', hash FROM journal"
            + " WHERE sequence = 10");
    assertFault(Kind.ADDED, 11, "does not follow the last one that MPP wrote");
    sql("DELETE FROM journal_chain WHERE name = 'base'");
    assertFault(Kind.CHANGED, 0, "journal_chain");
    try (NodeStore store = open()) {
      assertTrue(store.tampering().isPresent());
      assertEquals(12, store.append(StoreFixtures.event("later")).sequence());
      store.flush();
    }
  }

  @Test
  void manyFaultsAreCountedNotListed() throws Exception {
    append(100);
    sql("UPDATE journal SET reason = ''");
    JournalReport report = verify();
    assertEquals(20, report.faults().size());
    assertEquals(90, report.more());
    assertEquals(1, report.faults().getFirst().sequence());
  }

  /** The chain begins with what was there, and says up to where nobody watched. */
  @Test
  void anOlderFileGetsItsChain() throws Exception {
    Files.delete(file);
    Database.open(file, Schema.STEPS.subList(0, 2)).close();
    sql(
        "INSERT INTO journal VALUES (1, 5, 's', 'k', 'old', '', '', 1, 'r', '')",
        "INSERT INTO journal VALUES (2, 6, 's', 'k', 'older', '', '', 1, 'r', 'ann')");
    StoreException early = assertThrows(StoreException.class, this::verify);
    assertTrue(early.getMessage().contains("schema version 2"), early.getMessage());
    append(1);
    JournalReport report = verify();
    assertEquals(List.of(), report.faults());
    assertEquals(2, report.begun());
    assertEquals(3, report.checked());
    sql("UPDATE journal SET subject = 'new' WHERE sequence = 1");
    assertFault(Kind.CHANGED, 1, "entry #1 does not fit its hash: it was changed");
  }

  @Test
  void theCheckChangesNothingAndWorksBesideANode() throws Exception {
    try (NodeStore store = open()) {
      store.append(StoreFixtures.event("beside")).durable().get(10, TimeUnit.SECONDS);
      assertEquals(11, verify().checked());
      CompletableFuture<Void> written = store.append(StoreFixtures.event("more")).durable();
      written.get(10, TimeUnit.SECONDS);
      assertEquals(12, verify().checked());
    }
    byte[] before = Files.readAllBytes(file);
    try (var names = Files.list(dir)) {
      long count = names.count();
      assertEquals(12, verify().checked());
      try (var after = Files.list(dir)) {
        assertEquals(count, after.count());
      }
    }
    org.junit.jupiter.api.Assertions.assertArrayEquals(before, Files.readAllBytes(file));
    assertThrows(StoreException.class, () -> NodeStore.verify(dir.resolve("no.db"), List.of()));
    Path other = Files.writeString(dir.resolve("other"), "no database at all, but text".repeat(99));
    assertThrows(StoreException.class, () -> NodeStore.verify(other, List.of()));
  }

  @Test
  void entriesAreFoundByServiceKindAndTime() throws Exception {
    try (NodeStore store = open()) {
      store.append(new JournalEvent(5, "a.test", "pool", "x", "", "", 1, "r", ""));
      store.append(new JournalEvent(6, "b.test", "pool", "x", "", "", 1, "r", ""));
      store.append(new JournalEvent(7, "a.test", "fence", "x", "", "", 1, "r", ""));
      store.flush();
      assertEquals(List.of(11L, 13L), found(store, new JournalQuery(0, 0, "a.test", "", 9, false)));
      assertEquals(List.of(13L), found(store, new JournalQuery(0, 0, "a.test", "", 1, true)));
      assertEquals(List.of(11L, 12L), found(store, new JournalQuery(0, 0, "", "pool", 9, false)));
      assertEquals(List.of(12L), found(store, new JournalQuery(11, 6, "", "pool", 9, true)));
      assertEquals(10, found(store, new JournalQuery(0, 8, "", "", 99, false)).size());
    }
  }

  private static List<Long> found(NodeStore store, JournalQuery q) throws StoreException {
    return store.journal(q).stream().map(JournalEntry::sequence).toList();
  }
}
