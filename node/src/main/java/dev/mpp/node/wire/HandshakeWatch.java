package dev.mpp.node.wire;

import dev.mpp.tls.Refusal;
import dev.mpp.tls.Rejections;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;

/**
 * Sits on a listening socket and tells of handshakes that failed: gRPC drops such connections
 * without a word to its services. A connection that sends nothing is nobody's attempt.
 */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
  private final String door;
  private final Rejections rejections;

  private HandshakeWatch(String door, Rejections rejections) {
    this.door = door;
    this.rejections = rejections;
  }

  static NioServerSocketChannel listening(String door, Rejections rejections) {
    NioServerSocketChannel channel = new NioServerSocketChannel();
    channel.pipeline().addLast(new HandshakeWatch(door, rejections));
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    if (accepted instanceof Channel connection) {
      connection.pipeline().addFirst(new FirstBytes());
    }
    context.fireChannelRead(accepted);
  }

  /** gRPC installs its handlers after the accept; by the first bytes they are there. */
  private final class FirstBytes extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      SslHandler tls = context.pipeline().get(SslHandler.class);
      if (tls != null) {
        String source =
            context.channel().remoteAddress() instanceof InetSocketAddress from
                ? from.getAddress().getHostAddress()
                : "unknown";
        var unused =
            tls.handshakeFuture()
                .addListener(
                    done -> {
                      if (done.cause() != null) {
                        rejections.rejected(door, source, Refusal.atDoor(done.cause()));
                      }
                    });
      }
      context.pipeline().remove(this);
      context.fireChannelRead(bytes);
    }
  }
}
