package dev.mpp.chaos.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process for certain: a pid alone may have been given to another one since.
 *
 * @param startTicks field 22 of /proc/pid/stat, clock ticks since boot
 * @param boot the kernel's random id of this boot
 */
public record Identity(long pid, long startTicks, String boot) {

  /** Empty when no such process exists (a zombie counts as none). */
  public static Optional<Identity> of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      if (fields[0].equals("Z")) {
        return Optional.empty();
      }
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      return Optional.of(new Identity(pid, Long.parseLong(fields[19]), boot));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  public boolean alive() {
    return of(pid).filter(this::equals).isPresent();
  }

  public String format() {
    return pid + " " + startTicks + " " + boot + "\n";
  }

  public static Optional<Identity> read(Path file) {
    try {
      String[] parts = Files.readString(file).strip().split(" ");
      return Optional.of(
          new Identity(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]));
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException unreadable) {
      return Optional.empty();
    }
  }
}
