package dev.mpp.node.api;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.mpp.node.wire.Caller;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * What a certificate says counts more than what a request says: the {@code user} of every request
 * becomes the operator of the certificate, whatever was typed. Without a certificate it stays.
 */
final class CertifiedUser implements ServerInterceptor {
  private static final String FIELD = "user";

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return Caller.of(call.getAttributes())
        .certified()
        .map(who -> named(who.name(), next.startCall(call, headers)))
        .orElseGet(() -> next.startCall(call, headers));
  }

  private static <Q> ServerCall.Listener<Q> named(String name, ServerCall.Listener<Q> listener) {
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onMessage(Q request) {
        super.onMessage(signed(request, name));
      }
    };
  }

  @SuppressWarnings("unchecked")
  private static <Q> Q signed(Q request, String name) {
    if (!(request instanceof Message message)) {
      return request;
    }
    FieldDescriptor user = message.getDescriptorForType().findFieldByName(FIELD);
    return user == null || user.getJavaType() != FieldDescriptor.JavaType.STRING
        ? request
        : (Q) message.toBuilder().setField(user, name).build();
  }
}
