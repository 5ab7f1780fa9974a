package dev.mpp.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the newest certificate. A handshake asks first which, then for the chain, then for the key;
 * in between the files may be replaced, so each version has its own alias, and the last few stay.
 */
final class RotatingKeys extends X509ExtendedKeyManager {
  private static final int KEPT = 4;

  private final Supplier<Material> newest;
  private final Map<String, Material> versions = new ConcurrentSkipListMap<>();
  private long number;

  RotatingKeys(Supplier<Material> newest) {
    this.newest = newest;
  }

  private synchronized @Nullable String alias(String @Nullable [] keyTypes) {
    Material material = newest.get();
    String algorithm = material.key().getAlgorithm();
    if (keyTypes == null || !Arrays.asList(keyTypes).contains(algorithm)) {
      return null;
    }
    for (Map.Entry<String, Material> known : versions.entrySet()) {
      if (known.getValue() == material) {
        return known.getKey();
      }
    }
    String alias = "%019d".formatted(++number);
    versions.put(alias, material);
    while (versions.size() > KEPT) {
      versions.remove(versions.keySet().iterator().next());
    }
    return alias;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(new String[] {keyType});
  }

  @Override
  public @Nullable String chooseClientAlias(
      String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(new String[] {keyType});
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = alias(new String[] {keyType});
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return getClientAliases(keyType, issuers);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Material material = versions.get(alias);
    return material == null ? null : material.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Material material = versions.get(alias);
    return material == null ? null : material.key();
  }
}
