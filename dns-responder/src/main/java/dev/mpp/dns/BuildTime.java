package dev.mpp.dns;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Properties;

/** When this program was made: no right clock is before that. */
final class BuildTime {
  /** Seconds since 1970. */
  static final long SECONDS = read();

  private BuildTime() {}

  private static long read() {
    Properties build = new Properties();
    try (InputStream in = BuildTime.class.getResourceAsStream("build.properties")) {
      if (in == null) {
        throw new IllegalStateException("build.properties is missing beside this class");
      }
      build.load(in);
    } catch (IOException e) {
      throw new IllegalStateException("build.properties beside this class cannot be read", e);
    }
    return Instant.parse(build.getProperty("time")).getEpochSecond();
  }
}
