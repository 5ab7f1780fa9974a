package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys in files: made, read, refused; and exchanged with BIND's tools. */
class KeyDirectoryTest {
  private static final DnsName ZONE = SignedExample.ZONE;
  private static final long NOW = SignedExample.NOW;
  private static final long DAY = SignedExample.DAY;
  private static final DnssecAlgorithm P256 = DnssecAlgorithm.ECDSAP256SHA256;

  @TempDir private Path temporary;

  private KeyDirectory directory() {
    return new KeyDirectory(temporary.resolve("keys"));
  }

  private SigningKey csk(long now) throws Exception {
    return directory().next(ZONE, true, P256, now, OptionalLong.empty(), 90);
  }

  private SigningKey zsk(long now) throws Exception {
    return directory().next(ZONE, false, P256, now, OptionalLong.empty(), 90);
  }

  @ParameterizedTest
  @EnumSource(DnssecAlgorithm.class)
  void whatIsWrittenIsRead(DnssecAlgorithm algorithm) throws Exception {
    SigningKey made = directory().next(ZONE, true, algorithm, NOW, OptionalLong.empty(), 90);
    Path secret = directory().path().resolve(made.fileName() + ".private");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory().path())));
    SigningKey read = directory().read(ZONE).keys().getFirst();
    assertEquals(made.key(), read.key());
    assertEquals(made.times(), read.times());
    assertFalse(
        made.toString()
            .contains(java.util.Base64.getEncoder().encodeToString(made.secretOctets())));
  }

  @Test
  void zoneKeysFollowEachOther() throws Exception {
    csk(NOW);
    assertEquals(NOW + 7 * DAY, zsk(NOW).times().active());
    assertEquals(NOW + 97 * DAY, zsk(NOW).times().active());
    KeyRing ring = directory().read(ZONE);
    assertEquals(OptionalLong.of(NOW + 7 * DAY), ring.nextRoll(NOW));
    assertEquals(OptionalLong.of(NOW + 97 * DAY), ring.nextRoll(NOW + 7 * DAY));
    assertEquals(3, ring.keys().size());
    OptionalLong soon = OptionalLong.of(NOW + DAY);
    assertThrows(
        IllegalArgumentException.class, () -> directory().next(ZONE, false, P256, NOW, soon, 90));
  }

  private String problem(org.junit.jupiter.api.function.Executable action) {
    KeyFileException e = assertThrows(KeyFileException.class, action);
    assertFalse(String.valueOf(e.getMessage()).contains("PrivateKey: "), e.getMessage());
    return String.join("\n", e.problems());
  }

  @Test
  void whatCannotBeDoneIsRefused() throws Exception {
    assertTrue(problem(() -> directory().read(ZONE)).contains("no such directory"));
    assertTrue(problem(() -> zsk(NOW)).contains("make that first"));
    assertTrue(problem(() -> csk(BuildTime.SECONDS - 1)).contains("clock"));
    SigningKey only = csk(NOW);
    assertTrue(
        problem(
                () ->
                    directory()
                        .next(ZONE, true, DnssecAlgorithm.ED25519, NOW, OptionalLong.empty(), 90))
            .contains("another algorithm"));
    assertTrue(
        problem(() -> directory().retire(ZONE, only.key().tag(), NOW, 7 * DAY))
            .contains("is to stay"));
    assertTrue(problem(() -> directory().retire(ZONE, 70_000, NOW, DAY)).contains("no key"));
    assertTrue(problem(() -> directory().read(DnsName.of("other.test."))).contains("no key of"));
  }

  @Test
  void anEntryPointIsRetiredWhenAnotherIsThere() throws Exception {
    SigningKey old = csk(NOW);
    SigningKey next = csk(NOW + DAY);
    int tag = old.key().tag();
    assertTrue(
        problem(() -> directory().retire(ZONE, tag, NOW + 2 * DAY, 7 * DAY)).contains("may yet"));
    long later = NOW + 30 * DAY;
    directory().retire(ZONE, tag, later, 7 * DAY);
    KeyRing ring = directory().read(ZONE);
    assertEquals(
        List.of(next.key()), ring.at(later).entryPoints().stream().map(SigningKey::key).toList());
    assertEquals(2, ring.at(later).published().size());
    assertEquals(1, ring.at(later + 7 * DAY).published().size());
  }

  @ParameterizedTest
  @CsvSource({
    "rw-r-----, chmod 600",
    "rw----r--, chmod 600",
  })
  void aFileThatOthersCanReadIsRefused(String mode, String told) throws Exception {
    SigningKey key = csk(NOW);
    Files.setPosixFilePermissions(
        directory().path().resolve(key.fileName() + ".private"),
        PosixFilePermissions.fromString(mode));
    assertTrue(problem(() -> directory().read(ZONE)).contains(told));
  }

  @Test
  void damagedFilesAreNamed() throws Exception {
    SigningKey key = csk(NOW);
    Path secret = directory().path().resolve(key.fileName() + ".private");
    Path open = directory().path().resolve(key.fileName() + ".key");
    String good = Files.readString(secret);
    String other = KeyFile.privateText(SignedExample.csk(P256));
    Files.writeString(secret, other);
    assertTrue(problem(() -> directory().read(ZONE)).contains("do not belong together"));
    Files.writeString(secret, good.replaceAll("PrivateKey: .*", "PrivateKey: AAAA"));
    assertTrue(problem(() -> directory().read(ZONE)).contains("not 32 octets"));
    Files.writeString(secret, good.replaceAll("Activate: .*", "Activate: tomorrow"));
    assertTrue(problem(() -> directory().read(ZONE)).contains("YYYYMMDDHHMMSS"));
    Files.writeString(secret, good);
    Files.delete(open);
    assertTrue(problem(() -> directory().read(ZONE)).contains(open + ": missing"));
  }

  @Test
  void changedKeysAreTakenOver() throws Exception {
    csk(NOW);
    AtomicLong clock = new AtomicLong(NOW);
    ZoneSigner signer = ZoneSigner.open(directory(), ZONE, SigningPolicy.DEFAULT, clock::get);
    assertEquals(1, signer.stage().published().size());
    SigningKey second = csk(NOW + 1);
    clock.set(NOW + 2);
    assertEquals(1, signer.stage().published().size());
    signer.reread();
    assertEquals(2, signer.stage().published().size());
    Path open = directory().path().resolve(second.fileName() + ".key");
    Files.delete(open);
    signer.reread();
    assertEquals(2, signer.stage().published().size(), "what was read before is kept");
  }

  private static String run(Path in, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }

  @ParameterizedTest
  @EnumSource(DnssecAlgorithm.class)
  void bindReadsOurKeysAndWeReadItsKeys(DnssecAlgorithm algorithm) throws Exception {
    String keygen = Programs.need("dnssec-keygen");
    String settime = Programs.need("dnssec-settime");
    String dsfromkey = Programs.need("dnssec-dsfromkey");
    SigningKey ours = directory().next(ZONE, true, algorithm, NOW, OptionalLong.empty(), 90);
    Path keys = directory().path();
    String ds = run(keys, dsfromkey, "-a", "SHA-256", "-a", "SHA-384", ours.fileName());
    for (Dnskey.Digest digest : Dnskey.Digest.values()) {
      assertTrue(ds.contains(ours.key().dsText(ZONE, digest)), ds);
    }
    run(keys, settime, "-I", "20300101000000", "-D", "20300201000000", ours.fileName());
    String name =
        run(keys, keygen, "-a", algorithm.mnemonic(), "-f", "KSK", "vip.example")
            .lines()
            .filter(l -> l.startsWith("K"))
            .findFirst()
            .orElseThrow();
    KeyRing ring = directory().read(ZONE);
    assertEquals(
        List.of(ours.fileName(), name).stream().sorted().toList(),
        ring.keys().stream().map(SigningKey::fileName).sorted().toList());
  }
}
