package dev.mpp.node.mysql;

import dev.mpp.cli.Screen;
import dev.mpp.node.Main;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line, with a configuration for one server at each of two sites. */
final class Mpp {
  private final Path dir;
  private final Path config;

  /** What a command did. */
  record Result(int exit, String out, String err) {}

  Mpp(Path dir, MariaDbProcess first, MariaDbProcess second) throws IOException {
    this.dir = dir;
    this.config = dir.resolve("mpp.yml");
    Files.writeString(dir.resolve("password"), MariaDbProcess.MANAGER.password().get() + "\n");
    Files.writeString(dir.resolve("root"), "\n");
    Files.writeString(dir.resolve("repl"), "repl\n");
    Files.writeString(
        config,
        """
        deployment: test
        site: a
        sites: [{name: a, address: 127.0.1.1}, {name: b, address: 127.0.2.1}, {name: w, address: 127.0.3.1, witness: true}]
        services:
          - name: mysql.eraser.test
            mysql: {user: mpp, password-file: password}
            sites:
              - {site: a, addresses: [127.0.1.1], pool: "name:pool_a;primary:%s"}
              - {site: b, addresses: [127.0.2.1], pool: "name:pool_b;primary:%s"}
        checkpoints:
          - {site: a, probes: ["external:http:127.0.9.1:18081"]}
          - {site: b, probes: ["external:http:127.0.9.1:18081"]}
        """
            .formatted(first.address(), second.address()));
  }

  Result run(String... args) {
    return typing("", args);
  }

  Result typing(String input, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--config");
    all.add(config.toString());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.commandLine(Screen.typing(out, err, input)).execute(all.toArray(String[]::new));
    return new Result(exit, out.toString(), err.toString());
  }

  /** As root, whose password is empty. */
  Result asRoot(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--admin", "root", "--admin-password-file", file("root").toString()));
    return run(all.toArray(String[]::new));
  }

  Path file(String name) {
    return dir.resolve(name);
  }
}
