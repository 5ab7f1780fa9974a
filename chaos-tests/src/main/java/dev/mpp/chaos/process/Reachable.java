package dev.mpp.chaos.process;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Whether somebody listens. */
public final class Reachable {
  private Reachable() {}

  public static boolean tcp(String address, int port, int millis) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), millis);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Nobody holds this TCP port. */
  public static boolean freeTcp(String address, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Nobody holds this UDP port. */
  public static boolean freeUdp(String address, int port) {
    try (DatagramSocket socket = new DatagramSocket(port, InetAddress.ofLiteral(address))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
