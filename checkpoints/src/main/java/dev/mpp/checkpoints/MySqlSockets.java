package dev.mpp.checkpoints;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.Callable;

/**
 * Hands the driver the socket of the attempt that runs on this thread, so that names are resolved
 * and time is kept by the probe and not by the driver. The driver makes it by its class name, which
 * is why it is public.
 */
public final class MySqlSockets extends StandardSocketFactory {
  /** Bound for the thread that connects, for as long as it connects. */
  static final ScopedValue<Callable<Socket>> SOCKET = ScopedValue.newInstance();

  @Override
  @SuppressWarnings("unchecked") // The driver's signature; it only ever asks for a Socket.
  public <T extends Closeable> T connect(
      String name, int number, PropertySet properties, int loginTimeout) throws IOException {
    host = name;
    port = number;
    try {
      rawSocket = SOCKET.get().call();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
    rawSocket.setTcpNoDelay(true);
    sslSocket = rawSocket;
    return (T) rawSocket;
  }
}
