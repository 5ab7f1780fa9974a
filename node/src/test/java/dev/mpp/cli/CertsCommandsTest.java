package dev.mpp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.Main;
import dev.mpp.tls.Identity;
import dev.mpp.tls.Material;
import dev.mpp.tls.TlsFiles;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertsCommandsTest {
  @TempDir private Path dir;

  private record Result(int exit, String out, String err) {}

  private static Result mpp(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.commandLine(Screen.of(out, err)).execute(args);
    return new Result(exit, out.toString(), err.toString());
  }

  private Path authority() {
    Path ca = dir.resolve("ca");
    assertEquals(0, mpp("certs", "init", ca.toString(), "--deployment", "shop").exit());
    return ca;
  }

  @Test
  void whatIsIssuedIsUsableAndSaysWhoItIs() throws Exception {
    Path ca = authority();
    Result issued =
        mpp(
            "certs",
            "issue",
            ca.toString(),
            "--site",
            "site1",
            "--address",
            "10.1.0.10,db1.example.com,2001:db8::1");
    assertEquals(0, issued.exit(), issued.err());
    Material site = Material.load(TlsFiles.in(ca, "site1"), Instant.now());
    assertEquals(Identity.site("shop", "site1"), site.identity());
    List<String> names =
        site.chain().getFirst().getSubjectAlternativeNames().stream()
            .map(n -> String.valueOf(n.get(1)))
            .toList();
    assertTrue(
        names.containsAll(List.of("10.1.0.10", "db1.example.com", "mpp://shop/site/site1")),
        names.toString());

    assertEquals(
        0, mpp("certs", "issue", ca.toString(), "--operator", "ann", "--days", "20").exit());
    Result checked = mpp("certs", "check", ca.toString());
    assertEquals(0, checked.exit(), checked.out());
    assertTrue(checked.out().contains("authority.crt: authority, until"), checked.out());
    assertTrue(checked.out().contains("operator ann of shop, until"), checked.out());
    assertTrue(checked.out().contains("WARNING: 19 days left"), checked.out());
  }

  @Test
  void keysAreForTheirOwnerOnly() throws Exception {
    Path ca = authority();
    assertEquals(0, mpp("certs", "issue", ca.toString(), "--site", "site1").exit());
    for (String key : List.of("authority.key", "site1.key")) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(ca.resolve(key))));
    }
    Files.setPosixFilePermissions(
        ca.resolve("site1.key"), PosixFilePermissions.fromString("rw-r--r--"));
    Result checked = mpp("certs", "check", ca.resolve("site1.crt").toString());
    assertEquals(1, checked.exit());
    assertTrue(checked.out().contains("chmod 0600"), checked.out());
  }

  @Test
  void nothingIsOverwritten() throws Exception {
    Path ca = authority();
    byte[] before = Files.readAllBytes(ca.resolve("authority.key"));
    Result again = mpp("certs", "init", ca.toString(), "--deployment", "shop");
    assertEquals(1, again.exit());
    assertTrue(again.err().contains("never overwritten"), again.err());
    assertEquals(
        0, java.util.Arrays.compare(before, Files.readAllBytes(ca.resolve("authority.key"))));

    assertEquals(0, mpp("certs", "issue", ca.toString(), "--site", "site1").exit());
    assertEquals(1, mpp("certs", "issue", ca.toString(), "--site", "site1").exit());
    Path next = dir.resolve("next");
    assertEquals(
        0,
        mpp("certs", "issue", ca.toString(), "--site", "site1", "--out", next.toString()).exit());
    assertEquals(0, mpp("certs", "check", next.toString()).exit());
  }

  @Test
  void whatDoesNotFitTogetherIsSaid() throws Exception {
    Path ca = authority();
    assertEquals(0, mpp("certs", "issue", ca.toString(), "--site", "site1").exit());
    assertEquals(0, mpp("certs", "issue", ca.toString(), "--site", "site2").exit());
    Files.copy(
        ca.resolve("site2.key"),
        ca.resolve("site1.key"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Result mixed = mpp("certs", "check", ca.resolve("site1.crt").toString());
    assertEquals(1, mixed.exit());
    assertTrue(mixed.out().contains("is not that of the certificate"), mixed.out());

    Path other = dir.resolve("other");
    assertEquals(0, mpp("certs", "init", other.toString(), "--deployment", "shop").exit());
    Result foreign =
        mpp(
            "certs",
            "check",
            ca.resolve("site2.crt").toString(),
            "--authority",
            other.resolve("authority.crt").toString());
    assertEquals(1, foreign.exit());
    assertTrue(foreign.out().contains("is not signed by the authority"), foreign.out());
  }

  @Test
  void wrongWordsAreRefusedWithARemedy() {
    Result name = mpp("certs", "init", dir.toString(), "--deployment", "a/b");
    assertEquals(1, name.exit());
    assertTrue(name.err().contains("cannot be in a certificate"), name.err());
    Result none = mpp("certs", "issue", dir.toString(), "--site", "site1");
    assertEquals(1, none.exit());
    assertTrue(none.err().contains("mpp certs init"), none.err());
    Path ca = authority();
    Result clash = mpp("certs", "issue", ca.toString(), "--site", "authority");
    assertEquals(1, clash.exit());
    Result late = mpp("certs", "issue", ca.toString(), "--site", "site1", "--days", "9999");
    assertTrue(late.err().contains("the authority itself expires"), late.err());
    assertEquals(2, mpp("certs", "issue", ca.toString()).exit());
  }
}
