package dev.mpp.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;
import org.slf4j.Logger;

/**
 * How MPP logs: lines on stderr. As code and not as an XML file, because reading one loads the XML
 * parser and Logback's configuration model, some 400 classes that stay. A file all the same wins:
 * one named by the property {@code logback.configurationFile}, or {@code logback.xml} or {@code
 * logback-test.xml} on the class path. Found by {@link java.util.ServiceLoader}, therefore public.
 */
public final class LogLines extends ContextAwareBase implements Configurator {
  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{20} - %msg%n%ex{short}";

  private static final Map<String, Level> QUIETER =
      Map.of(
          // It reports every missed call to a peer that is down; the ledger's own lines say it
          // once.
          "org.apache.ratis", Level.ERROR,
          "org.apache.ratis.grpc.server.GrpcServicesImpl", Level.OFF,
          "org.apache.ratis.util.LifeCycle", Level.OFF,
          "ratis", Level.ERROR,
          "org.jgroups", Level.ERROR,
          "io.grpc", Level.ERROR,
          "io.micronaut", Level.WARN,
          "io.netty", Level.WARN);

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (hasFile()) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("STDERR");
    appender.setTarget(ConsoleTarget.SystemErr.getName());
    appender.setEncoder(encoder);
    appender.start();
    QUIETER.forEach((name, level) -> context.getLogger(name).setLevel(level));
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static boolean hasFile() {
    ClassLoader classes = LogLines.class.getClassLoader();
    return System.getProperty("logback.configurationFile") != null
        || classes.getResource("logback-test.xml") != null
        || classes.getResource("logback.xml") != null;
  }
}
