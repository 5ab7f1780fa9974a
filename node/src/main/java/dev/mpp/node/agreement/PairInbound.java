package dev.mpp.node.agreement;

import dev.mpp.core.pair.PairMessage;
import dev.mpp.proto.v1.PairEnvelope;
import dev.mpp.proto.v1.PairLedgerGrpc;
import dev.mpp.proto.v1.PairReceipt;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The peer's messages; each is confirmed on its stream when it was taken. */
final class PairInbound extends PairLedgerGrpc.PairLedgerImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(PairAgreement.class);

  private final String deployment;
  private final String peer;
  private final Consumer<PairMessage> consumer;

  PairInbound(String deployment, String peer, Consumer<PairMessage> consumer) {
    this.deployment = deployment;
    this.peer = peer;
    this.consumer = consumer;
  }

  @Override
  public StreamObserver<PairEnvelope> deliver(StreamObserver<PairReceipt> receipts) {
    return new StreamObserver<>() {
      private boolean refused;

      @Override
      public void onNext(PairEnvelope e) {
        if (refused) {
          return;
        }
        if (!e.getDeployment().equals(deployment) || !e.getFrom().equals(peer)) {
          refuse(
              Status.PERMISSION_DENIED,
              "this is deployment %s and its peer is %s, not %s of %s"
                  .formatted(deployment, peer, e.getFrom(), e.getDeployment()));
          return;
        }
        try {
          consumer.accept(PairCodec.message(e));
          receipts.onNext(PairReceipt.getDefaultInstance());
        } catch (UnreadableLedgerException wrong) {
          refuse(Status.INVALID_ARGUMENT, String.valueOf(wrong.getMessage()));
        }
      }

      private void refuse(Status status, String why) {
        refused = true;
        LOG.warn("Ledger: a stream was refused: {}", why);
        receipts.onError(status.withDescription(why).asRuntimeException());
      }

      @Override
      public void onError(Throwable t) {
        LOG.debug("Ledger: an inbound stream ended: {}", t.toString());
      }

      @Override
      public void onCompleted() {
        if (!refused) {
          receipts.onCompleted();
        }
      }
    };
  }
}
