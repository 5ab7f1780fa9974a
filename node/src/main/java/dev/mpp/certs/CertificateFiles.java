package dev.mpp.certs;

import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.TlsProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Set;

/** A certificate and its key on disk, written once. */
record CertificateFiles(Path directory, String name) {
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private TlsFiles files() {
    return TlsFiles.in(directory, name);
  }

  void requireAbsent() throws TlsProblem {
    for (Path file : new Path[] {files().certificate(), files().key()}) {
      if (Files.exists(file)) {
        throw new TlsProblem(
            file + " exists and is never overwritten: move it away, or write elsewhere");
      }
    }
  }

  void write(PrivateKey key, X509Certificate certificate) throws IOException {
    create(files().key(), "rw-------", "PRIVATE KEY", key.getEncoded());
    try {
      create(files().certificate(), "rw-r--r--", "CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IOException("the certificate cannot be written", e);
    }
  }

  private static void create(Path file, String permissions, String label, byte[] der)
      throws IOException {
    String pem =
        "-----BEGIN %s-----%n%s%n-----END %s-----%n"
            .formatted(label, LINES.encodeToString(der), label);
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            attributes(file, permissions))) {
      ByteBuffer bytes = ByteBuffer.wrap(pem.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  private static FileAttribute<?>[] attributes(Path file, String permissions) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
