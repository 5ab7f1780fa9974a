package dev.mpp.node.exchange;

import dev.mpp.proto.v1.PeerMessage;
import io.grpc.stub.CallStreamObserver;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is sent; is ready as the test says. */
class RecordedCall extends CallStreamObserver<PeerMessage> {
  final List<PeerMessage> sent = new ArrayList<>();
  boolean ready = true;

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}

  @Override
  public void onNext(PeerMessage message) {
    sent.add(message);
  }

  @Override
  public void onError(Throwable t) {}

  @Override
  public void onCompleted() {}
}
