package dev.mpp.checkpoints;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mpp.core.reach.CheckpointMethod;
import dev.mpp.core.reach.CheckpointSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One GET (RFC 9112) on a connection of its own, which is closed afterwards. The answer counts when
 * its status is expected and its body arrives, or the first {@value HttpReply#BODY_CAP} bytes of
 * it. A redirect is an answer like any other and is not followed.
 */
final class HttpGet {
  private final CheckpointSpec spec;
  private final SSLSocketFactory tls;

  HttpGet(CheckpointSpec spec, SSLSocketFactory tls) {
    this.spec = spec;
    this.tls = tls;
  }

  String run(Attempt attempt, List<InetAddress> addresses)
      throws IOException, InterruptedException {
    Socket plain = attempt.connect(addresses, spec.port());
    Socket socket = spec.method() == CheckpointMethod.HTTPS ? encrypt(plain) : plain;
    OutputStream out = socket.getOutputStream();
    out.write(request().getBytes(US_ASCII));
    out.flush();
    HttpReply reply = HttpReply.read(socket.getInputStream());
    if (!spec.profile().http().expect().contains(reply.status())) {
      throw new IOException(
          "HTTP " + reply.status() + ", expected " + spec.profile().http().expect());
    }
    return "HTTP " + reply.status();
  }

  /** The watchdog closes the plain socket: closing the encrypted one may wait for the peer. */
  private Socket encrypt(Socket plain) throws IOException {
    SSLSocket socket = (SSLSocket) tls.createSocket(plain, spec.host(), spec.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private String request() {
    String host = spec.host().indexOf(':') >= 0 ? "[" + spec.host() + "]" : spec.host();
    boolean usual = spec.method().defaultPort().orElse(0) == spec.port();
    return "GET "
        + spec.profile().http().path()
        + " HTTP/1.1\r\nHost: "
        + host
        + (usual ? "" : ":" + spec.port())
        + "\r\nUser-Agent: mpp-checkpoint\r\nAccept: */*\r\nConnection: close\r\n\r\n";
  }
}
