package dev.mpp.node.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  private final StoreFixtures.Heard heard = new StoreFixtures.Heard();

  @TempDir Path dir;

  private NodeStore open() throws StoreException {
    return NodeStore.open(dir, heard);
  }

  private static NodeRecord record(String address, int req) {
    return new NodeRecord(
        new ServiceName("mysql.eraser.test"),
        "eraser",
        NodeAddress.parse(address),
        req,
        Status.OK_WARN,
        Status.OK,
        State.FAILED_ONLINE,
        "message with 'quotes'",
        1_700_000_000_000L);
  }

  @Test
  void everythingIsThereAfterAReopen() throws Exception {
    try (NodeStore store = open()) {
      store.save(record("127.0.0.1", 1));
      store.save(record("[2001:db8::1]:3307", 2));
      store.save(record("127.0.0.1", 3));
      store.put("color", "red");
      store.put("color", "blue");
      assertEquals(1, store.append(StoreFixtures.event("a")).sequence());
      assertEquals(2, store.append(StoreFixtures.event("b")).sequence());
      assertEquals(1, store.increment("incarnation"));
    }
    try (NodeStore store = open()) {
      assertEquals(List.of(record("127.0.0.1", 3), record("[2001:db8::1]:3307", 2)), store.nodes());
      assertEquals(Optional.of("blue"), store.get("color"));
      assertEquals(Optional.empty(), store.get("shape"));
      assertEquals(2, store.lastSequence());
      assertEquals(3, store.append(StoreFixtures.event("c")).sequence());
      store.flush();
      assertEquals(
          List.of(StoreFixtures.event("b")),
          store.journal(1, 1).stream().map(JournalEntry::event).toList());
      assertEquals(3, store.journal(0, 100).size());
      assertEquals(List.of(), store.journal(3, 100));
      assertEquals(2, store.increment("incarnation"));
    }
  }

  private static OverrideRecord override(String address, String parts, long until) {
    return new OverrideRecord(
        new ServiceName("mysql.eraser.test"),
        NodeAddress.parse(address),
        parts,
        until,
        "ann",
        "disk 'replaced'");
  }

  @Test
  void overridesAreKeptReplacedAndForgotten() throws Exception {
    OverrideRecord kept = override("10.0.0.1", "state=STANDBY weight=0", 1_700_000_000_000L);
    OverrideRecord lifted = override("10.0.0.2", "status=FAIL", 0);
    try (NodeStore store = open()) {
      store.save(override("10.0.0.1", "weight=0", 0));
      store.save(kept);
      store.save(lifted);
      store.save(record("10.0.0.1", 1));
      store.save(record("10.0.0.2", 1));
    }
    try (NodeStore store = open()) {
      assertEquals(List.of(kept, lifted), store.overrides());
      store.forgetOverride(lifted.service(), lifted.node());
      store.forgetNode(lifted.service(), "eraser", lifted.node());
    }
    try (NodeStore store = open()) {
      assertEquals(List.of(kept), store.overrides());
      assertEquals(List.of(record("10.0.0.1", 1)), store.nodes());
    }
  }

  /** What was saved and then forgotten in one burst is gone, and the other way round. */
  @Test
  void theLastWordOnAnOverrideCounts() throws Exception {
    OverrideRecord a = override("10.0.0.1", "weight=0", 0);
    OverrideRecord b = override("10.0.0.2", "weight=1", 0);
    try (NodeStore store = open()) {
      store.save(a);
      store.forgetOverride(a.service(), a.node());
      store.forgetOverride(b.service(), b.node());
      store.save(b);
      store.flush();
      assertEquals(List.of(b), store.overrides());
    }
  }

  /** A file of version 1 keeps everything and learns the new columns. */
  @Test
  void aFileOfVersionOneIsMigrated() throws Exception {
    Path file = dir.resolve(NodeStore.FILE);
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : Schema.STEPS.getFirst()) {
        statement.execute(sql);
      }
      statement.execute("PRAGMA application_id = " + 0x4d505031);
      statement.execute("PRAGMA user_version = 1");
      statement.execute("INSERT INTO setting VALUES ('incarnation', '4')");
      statement.execute(
          "INSERT INTO journal VALUES (1, 1700000000000, 'mysql.eraser.test', 'operator',"
              + " '127.0.0.1:3306', '', 'recover', 7, 'disk replaced')");
      statement.execute(
          "INSERT INTO node VALUES ('mysql.eraser.test', 'eraser', '127.0.0.1:3306', 3, 'OK_WARN',"
              + " 'OK', 'FAILED_ONLINE', 'message with ''quotes''', 1700000000000)");
    }
    try (NodeStore store = open()) {
      assertEquals(List.of(record("127.0.0.1", 3)), store.nodes());
      JournalEvent old = store.journal(0, 10).getFirst().event();
      assertEquals("disk replaced", old.reason());
      assertEquals("", old.by());
      assertEquals(List.of(), store.overrides());
      assertEquals(5, store.increment("incarnation"));
      assertEquals(2, store.append(StoreFixtures.event("b")).sequence());
      store.flush();
      assertEquals("ann", store.journal(1, 1).getFirst().event().by());
      assertEquals(2, store.journal(new JournalQuery(0, 0, "", "", 1, true)).getFirst().sequence());
    }
    open().close();
  }

  @Test
  void aBurstKeepsItsOrder() throws Exception {
    int burst = 5_000;
    try (NodeStore store = open()) {
      List<CompletableFuture<Void>> durable = new ArrayList<>();
      for (int i = 1; i <= burst; i++) {
        durable.add(store.append(StoreFixtures.event("n" + i)).durable());
      }
      CompletableFuture.allOf(durable.toArray(CompletableFuture[]::new)).get(60, SECONDS);
      List<JournalEntry> journal = store.journal(0, burst + 1);
      assertEquals(
          LongStream.rangeClosed(1, burst).boxed().toList(),
          journal.stream().map(JournalEntry::sequence).toList());
      assertTrue(journal.stream().allMatch(e -> e.event().subject().equals("n" + e.sequence())));
    }
  }

  @Test
  void settingsAreDurable() throws Exception {
    try (NodeStore store = open();
        Statement statement = store.database().reader().createStatement()) {
      assertEquals("wal", statement.executeQuery("PRAGMA journal_mode").getString(1));
      assertEquals(2, statement.executeQuery("PRAGMA synchronous").getInt(1));
    }
  }

  @Test
  void aSecondOwnerIsRefused() throws Exception {
    try (NodeStore first = open()) {
      StoreException refused = assertThrows(StoreException.class, this::open);
      assertTrue(refused.getMessage().contains("is in use by this process"), refused.getMessage());
      first.put("still", "works").get(10, SECONDS);
    }
    open().close();
  }

  @Test
  void aDamagedFileIsRefusedAndKept() throws Exception {
    Path file = dir.resolve(NodeStore.FILE);
    byte[] rubbish = "this was a database once, more or less".repeat(200).getBytes(UTF_8);
    Files.write(file, rubbish);
    StoreException refused = assertThrows(StoreException.class, this::open);
    assertTrue(refused.getMessage().contains("is damaged"), refused.getMessage());
    assertTrue(refused.getMessage().contains("move it away"), refused.getMessage());
    assertArrayEquals(rubbish, Files.readAllBytes(file));
    Files.delete(file);
    open().close();
  }

  @Test
  void aDamagedPageIsFound() throws Exception {
    try (NodeStore store = open()) {
      for (int i = 0; i < 2_000; i++) {
        store.append(StoreFixtures.event("n" + i));
      }
    }
    Path file = dir.resolve(NodeStore.FILE);
    byte[] bytes = Files.readAllBytes(file);
    assertTrue(bytes.length > 40_000, "no pages to damage");
    for (int i = 20_000; i < 36_000; i++) {
      bytes[i] = (byte) (bytes[i] ^ 0x5a);
    }
    Files.write(file, bytes);
    StoreException refused = assertThrows(StoreException.class, this::open);
    assertTrue(refused.getMessage().contains("is damaged"), refused.getMessage());
    assertArrayEquals(bytes, Files.readAllBytes(file));
  }

  @Test
  void aNewerSchemaAndAnotherProgramAreRefused() throws Exception {
    List<List<String>> newer = new ArrayList<>(Schema.STEPS);
    newer.add(List.of("ALTER TABLE node ADD COLUMN note TEXT"));
    open().close();
    NodeStore.open(dir, heard, Duration.ofSeconds(1), newer).close();
    StoreException refused = assertThrows(StoreException.class, this::open);
    assertTrue(
        refused.getMessage().contains("schema version 4 and this version of MPP knows 3"),
        refused.getMessage());

    Path other = Files.createDirectories(dir.resolve("other"));
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + other.resolve(NodeStore.FILE));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA application_id = 42");
    }
    assertTrue(
        assertThrows(StoreException.class, () -> NodeStore.open(other, heard))
            .getMessage()
            .contains("is not a store of MPP"));
  }

  @Test
  void aFullDiskIsHeardAndNothingVanishes() throws Exception {
    try (NodeStore store = NodeStore.open(dir, heard, Duration.ofMillis(20), Schema.STEPS)) {
      limitPages(store, 16);
      List<CompletableFuture<Void>> durable = new ArrayList<>();
      for (int i = 1; i <= 2_000; i++) {
        durable.add(store.append(StoreFixtures.event("n" + i)).durable());
      }
      String failure = heard.words.poll(30, SECONDS);
      assertTrue(failure != null && failure.contains("is full; free some space"), failure);
      assertFalse(durable.getLast().isDone());
      heard.repair = () -> limitPages(store, 100_000);
      CompletableFuture.allOf(durable.toArray(CompletableFuture[]::new)).get(60, SECONDS);
      assertEquals("recovered", heard.words.poll(30, SECONDS));
      assertEquals(2_000, store.journal(0, 10_000).size());
    }
  }

  private static void limitPages(NodeStore store, int pages) {
    try (Statement statement = store.database().writer().createStatement()) {
      statement.execute("PRAGMA max_page_count = " + pages);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void closingWithABrokenDiskTellsTheWaiters() throws Exception {
    NodeStore store = NodeStore.open(dir, heard, Duration.ofHours(1), Schema.STEPS);
    limitPages(store, 4);
    CompletableFuture<Void> lost = store.put("key", "x".repeat(100_000));
    assertTrue(heard.words.poll(30, SECONDS) != null);
    store.close();
    assertTrue(lost.isCompletedExceptionally());
    assertTrue(store.put("key", "late").isCompletedExceptionally());
  }
}
