package dev.mpp.node.querylog;

import dev.mpp.dns.LogFile;
import dev.mpp.dns.LoggedQuery;
import dev.mpp.dns.QuerySink;
import java.io.IOException;

/**
 * dnstap in a file. A stream cannot be continued once it was ended, so each start begins a file;
 * the one before becomes {@code NAME.1}.
 */
public final class DnstapFile implements QuerySink {
  private final LogFile file;
  private final DnstapEncoder encoder;
  private boolean open;

  DnstapFile(LogFile file, DnstapEncoder encoder) {
    this.file = file;
    this.encoder = encoder;
  }

  @Override
  public void open() throws IOException {
    file.begin();
    file.write(FrameStream.controlOfDnstap(FrameStream.START));
    open = true;
  }

  @Override
  public void write(LoggedQuery query) throws IOException {
    if (file.full()) {
      close();
      open();
    }
    file.write(FrameStream.data(encoder.encode(query)));
  }

  @Override
  public void flush() throws IOException {
    file.flush();
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      try {
        file.write(FrameStream.control(FrameStream.STOP));
      } catch (IOException e) {
        // Readers take a stream without its end too.
      }
    }
    file.close();
  }
}
