package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.cli.Screen;
import dev.mpp.cli.Terminal;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mpp simulate pool}, from the help that a stranger reads. */
class SimulatePoolTest {
  @TempDir Path dir;

  private record Result(int exit, String out, String err) {}

  private static Result mpp(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal = Screen.of(out, err);
    int exit = Main.commandLine(terminal).execute(args);
    return new Result(exit, out.toString(), err.toString());
  }

  @Test
  void theExampleInTheHelpPrintsWhatTheHelpSays() throws Exception {
    String help = mpp("simulate", "pool", "--help").out();
    String[] parts =
        help.split("A COMPLETE EXAMPLE, failover.txt:\n|mpp simulate pool failover.txt prints:\n");
    assertEquals(3, parts.length, help);
    Path script = Files.writeString(dir.resolve("failover.txt"), parts[1].stripIndent());
    Result played = mpp("simulate", "pool", script.toString());
    assertEquals(0, played.exit(), played.err());
    assertEquals(parts[2].stripTrailing().stripIndent().strip(), played.out().strip());
  }

  /** Every step and setting that the logic knows is in the help, or a stranger cannot find it. */
  @Test
  void theHelpHasTheWholeGrammar() throws Exception {
    String help = mpp("simulate", "pool", "--help").out();
    Path script = Files.writeString(dir.resolve("x"), "pool name:p;primary:1.1.1.1\n?\n");
    String steps = mpp("simulate", "pool", script.toString()).err();
    String known = steps.substring(steps.lastIndexOf('(') + 1, steps.lastIndexOf(')'));
    assertTrue(known.split(", ").length > 15, steps);
    for (String step : known.split(", ")) {
      assertTrue(
          help.lines().anyMatch(l -> l.strip().startsWith(step) || l.contains(", " + step)), step);
    }
    Files.writeString(script, "pool name:p;primary:1.1.1.1\nset ? 1\n");
    String settings = mpp("simulate", "pool", script.toString()).err();
    known = settings.substring(settings.lastIndexOf('(') + 1, settings.lastIndexOf(')'));
    for (String setting : known.split(", ")) {
      assertTrue(help.contains("set " + setting + " "), setting);
    }
  }

  @Test
  void aWrongLineIsNamedAsCompilersDo() throws Exception {
    Path script = Files.writeString(dir.resolve("bad.txt"), "pool name:p;primary:1.1.1.1\npol\n");
    Result bad = mpp("simulate", "pool", script.toString());
    assertEquals(2, bad.exit());
    assertEquals(script + ":2: unknown step \"pol\"; did you mean poll?\n", bad.err());
    assertTrue(bad.out().contains("1.1.1.1:3306"), "the lines before it stand");
    Result none = mpp("simulate", "pool", dir.resolve("none.txt").toString());
    assertEquals(2, none.exit());
    assertEquals("mpp: " + dir.resolve("none.txt") + ": there is no such file\n", none.err());
    Path empty = Files.writeString(dir.resolve("empty.txt"), "# nothing\n");
    assertTrue(
        mpp("simulate", "pool", empty.toString()).err().startsWith(empty + ": the script has"));
    assertEquals(2, mpp("simulate").exit());
  }

  @Test
  void textFromOtherEditors() throws Exception {
    Path windows =
        Files.writeString(dir.resolve("w.txt"), "\uFEFFpool name:p;primary:1.1.1.1\r\npoll");
    Result played = mpp("simulate", "pool", windows.toString());
    assertEquals(0, played.exit(), played.err());
    Path binary = Files.write(dir.resolve("b.txt"), new byte[] {(byte) 0xC3, 0x28, '\n'});
    Result refused = mpp("simulate", "pool", binary.toString());
    assertEquals(2, refused.exit());
    assertEquals("mpp: " + binary + " cannot be read: it is not UTF-8 text\n", refused.err());
  }

  @Test
  void aStrangersScriptHarmsNoTerminalAndFillsNoMemory() throws Exception {
    Path painted =
        Files.writeString(
            dir.resolve("p.txt"),
            "pool name:p;primary:1.1.1.1\npoll 1.1.1.1=connect:\"a\u001b[31mb\"\n");
    Result played = mpp("simulate", "pool", painted.toString());
    assertEquals(0, played.exit(), played.err());
    assertFalse(played.out().contains("\u001b"), played.out());
    Path wide = Files.writeString(dir.resolve("l.txt"), "# ok\n" + "x".repeat(1_000_000));
    Result refused = mpp("simulate", "pool", wide.toString());
    assertEquals(2, refused.exit());
    assertEquals(wide + ":2: longer than 10000 characters\n", refused.err());
  }

  @Test
  void standardInputIsAnsweredStepByStep() {
    InputStream before = System.in;
    System.setIn(
        new ByteArrayInputStream(
            "pool name:p;primary:1.1.1.1\npoll\n".getBytes(StandardCharsets.UTF_8)));
    try {
      Result played = mpp("simulate", "pool", "-");
      assertEquals(0, played.exit(), played.err());
      assertEquals(3, played.out().lines().count());
    } finally {
      System.setIn(before);
    }
  }
}
