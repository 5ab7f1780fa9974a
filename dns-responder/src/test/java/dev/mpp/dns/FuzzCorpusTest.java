package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The inputs that fuzzing kept, each of which took a way through the code that no other does. */
class FuzzCorpusTest {
  private static final int FEW = 50;

  @ParameterizedTest
  @ValueSource(strings = {"wire", "engine", "tcp", "zone"})
  @Timeout(60)
  void whatWasFoundOnceStaysRight(String name) {
    FuzzTarget target = Objects.requireNonNull(FuzzCorpus.TARGETS.get(name));
    List<byte[]> kept = FuzzCorpus.kept(name);
    assertTrue(kept.size() >= FEW, "only " + kept.size() + " inputs kept");
    for (byte[] input : kept) {
      try {
        target.run(input);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(name + ": " + Base64.getEncoder().encodeToString(input), e);
      }
    }
  }
}
