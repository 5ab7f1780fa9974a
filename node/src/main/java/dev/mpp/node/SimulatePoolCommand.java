package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.core.pool.Scenario;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mpp simulate pool}: the production pool logic, played on paper. */
@Command(
    name = "pool",
    mixinStandardHelpOptions = true,
    description = {
      "Plays a scenario against the logic that decides in a pool, step by step, and prints every"
          + " node after each step. No network, no clock, no node of MPP: what it prints depends on"
          + " the script only.",
    },
    footer = SimulateHelp.TEXT)
final class SimulatePoolCommand implements Callable<Integer> {
  private static final int WRONG = 2;
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      defaultValue = "-",
      description =
          "The scenario; - (the default) reads it from standard input, line by line: each step is"
              + " answered before the next is read.")
  private String file = "-";

  SimulatePoolCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    String name = file.equals("-") ? "stdin" : file;
    try (BufferedReader lines = open()) {
      PrintWriter out = cli.terminal().out();
      Scenario.run(
          new ScenarioLines(lines),
          line -> {
            out.println(printable(line));
            out.flush();
          });
      return 0;
    } catch (NoSuchFileException e) {
      err.println("mpp: " + printable(name) + ": there is no such file");
    } catch (UncheckedIOException e) {
      err.println(
          "mpp: "
              + printable(name)
              + " cannot be read: "
              + reason(Objects.requireNonNullElse(e.getCause(), e)));
    } catch (IOException e) {
      err.println("mpp: " + printable(name) + " cannot be read: " + reason(e));
    } catch (IllegalArgumentException e) {
      err.println(place(name, String.valueOf(e.getMessage())));
    }
    return WRONG;
  }

  private BufferedReader open() throws IOException {
    InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    skipByteOrderMark(lines);
    return lines;
  }

  /** Editors on Windows write one; the first word would not be "pool" with it. */
  private static void skipByteOrderMark(BufferedReader lines) throws IOException {
    lines.mark(1);
    if (lines.read() != BYTE_ORDER_MARK) {
      lines.reset();
    }
  }

  private static String reason(Throwable e) {
    return e instanceof CharacterCodingException
        ? "it is not UTF-8 text"
        : printable(String.valueOf(e.getMessage()));
  }

  /** {@code FILE:LINE: message}, as compilers say it. */
  private static String place(String name, String message) {
    String numbered = message.replaceFirst("^line ([0-9]+): ", ":$1: ");
    return printable(name + (numbered.startsWith(":") ? "" : ": ") + numbered);
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
