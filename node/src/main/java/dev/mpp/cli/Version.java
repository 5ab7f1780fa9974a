package dev.mpp.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** As the build wrote it into the jar. */
final class Version implements IVersionProvider {
  private static final String WRITTEN_BY_MAVEN = "/META-INF/maven/dev.mpp/mpp-node/pom.properties";

  @Override
  public String[] getVersion() throws IOException {
    Properties build = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(WRITTEN_BY_MAVEN)) {
      if (in != null) {
        build.load(in);
      }
    }
    return new String[] {"MPP " + build.getProperty("version", "(not packaged)")};
  }
}
