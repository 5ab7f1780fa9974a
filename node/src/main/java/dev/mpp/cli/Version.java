package dev.mpp.cli;

import picocli.CommandLine.IVersionProvider;

/** Of the jar this class comes from. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"MPP " + (version == null ? "(not packaged)" : version)};
  }
}
