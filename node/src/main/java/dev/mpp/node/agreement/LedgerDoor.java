package dev.mpp.node.agreement;

import dev.mpp.tls.Refusal;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.netty.channel.Channel;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandlerContext;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.ratis.thirdparty.io.netty.channel.EventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.channel.ServerChannel;
import org.apache.ratis.thirdparty.io.netty.channel.nio.NioEventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.channel.socket.nio.NioServerSocketChannel;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslHandler;

/**
 * The ledger's listening socket with TLS: its own threads, the judgement of every call ({@link
 * LedgerGate}), and a watch that tells of handshakes that failed, as {@code wire.HandshakeWatch}
 * does, for the replication's own copy of the network library.
 */
final class LedgerDoor implements AutoCloseable {
  static final String NAME = "ledger";

  private final LedgerTls tls;
  private final EventLoopGroup loops =
      new NioEventLoopGroup(2, Thread.ofPlatform().daemon().name("ledger-tls-", 0).factory());

  LedgerDoor(LedgerTls tls) {
    this.tls = tls;
  }

  void install(NettyServerBuilder builder) {
    builder
        .intercept(new LedgerGate(tls))
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        .channelFactory(this::listening);
  }

  private ServerChannel listening() {
    ServerChannel channel = new NioServerSocketChannel();
    channel.pipeline().addLast(new Accepts());
    return channel;
  }

  @Override
  public void close() {
    var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private final class Accepts extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      if (accepted instanceof Channel connection) {
        connection.pipeline().addFirst(new FirstBytes());
      }
      context.fireChannelRead(accepted);
    }
  }

  private final class FirstBytes extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      SslHandler handler = context.pipeline().get(SslHandler.class);
      if (handler != null) {
        String source =
            context.channel().remoteAddress() instanceof InetSocketAddress from
                ? from.getAddress().getHostAddress()
                : "unknown";
        var unused =
            handler
                .handshakeFuture()
                .addListener(
                    done -> {
                      if (done.cause() != null) {
                        tls.rejections().rejected(NAME, source, Refusal.atDoor(done.cause()));
                      }
                    });
      }
      context.pipeline().remove(this);
      context.fireChannelRead(bytes);
    }
  }
}
