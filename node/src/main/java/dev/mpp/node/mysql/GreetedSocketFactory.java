package dev.mpp.node.mysql;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;

/**
 * Gives the driver the socket that {@link Connector} has connected in the same thread. Public, with
 * a public constructor, because the driver makes it by name.
 */
public final class GreetedSocketFactory extends StandardSocketFactory {
  static final ScopedValue<Socket> CONNECTED = ScopedValue.newInstance();

  @Override
  @SuppressWarnings("unchecked") // as the driver declares it
  public <T extends Closeable> T connect(
      String hostname, int portNumber, PropertySet properties, int loginTimeout)
      throws IOException {
    host = hostname;
    port = portNumber;
    rawSocket = CONNECTED.get();
    sslSocket = rawSocket;
    return (T) rawSocket;
  }
}
