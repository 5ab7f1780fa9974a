package dev.mpp.node;

import dev.mpp.node.mysql.DecodedRows;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** MySQL's own tool that shows rows. */
final class BinlogTool {
  @Option(
      names = "--mysqlbinlog",
      paramLabel = "PATH",
      description = "The tool that decodes rows (default: the one on the PATH).")
  private @Nullable Path path;

  /** Says so when there is none. */
  Optional<DecodedRows> find(PrintWriter err) {
    if (path != null) {
      return Optional.of(DecodedRows.by(path));
    }
    Optional<DecodedRows> found =
        DecodedRows.on(Optional.ofNullable(System.getenv("PATH")).orElse(""));
    if (found.isEmpty()) {
      err.println(
          "mysqlbinlog is not on the PATH: the file has statements and tables, not the rows");
    }
    return found;
  }
}
