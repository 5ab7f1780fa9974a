package dev.mpp.chaos.process;

import java.nio.file.Path;
import java.util.List;

/** What this machine must be able to do. */
public final class Machine {
  private Machine() {}

  /** Linux on x86-64, Java 25. */
  public static void check() {
    String os = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!os.equals("Linux amd64")) {
      throw new Trouble(
          "this needs Linux on x86_64: its MariaDB binaries are built for that. This is " + os,
          "run it in a virtual machine or container, or look at docs/ for a real deployment");
    }
    if (Runtime.version().feature() < 25) {
      throw new Trouble(
          "this Java is " + Runtime.version() + "; MPP needs 25 or newer",
          "start it with ./mpp, which looks for a JDK 25, or set JAVA_HOME");
    }
  }

  /** The binaries run here: the right C library and the few others they need. */
  public static void runs(Path server, Children children) {
    try {
      children.run(
          "mariadbd --version",
          List.of(server.resolve("bin/mariadbd").toString(), "--no-defaults", "--version"),
          server,
          "");
    } catch (Trouble e) {
      throw new Trouble(
          "MariaDB's binary does not run on this system: " + e.getMessage(),
          "it needs glibc, libcrypt.so.1, libsystemd.so.0 and libstdc++.so.6, for example\n"
              + "Debian, Ubuntu: apt-get install libcrypt1 libsystemd0 libstdc++6\n"
              + "Fedora, RHEL: dnf install libxcrypt-compat systemd-libs libstdc++");
    }
  }
}
