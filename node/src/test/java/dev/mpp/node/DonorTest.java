package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is given up is in the journal completely, in entries of a bounded length. */
class DonorTest {
  @Test
  void everyItemIsInOneOfTheParts() {
    List<String> items =
        IntStream.range(0, 40)
            .mapToObj("6620a42b-e62d-11f1-b21c-02fc00000001:%d"::formatted)
            .toList();
    List<String> parts = Donor.parts(items);
    assertTrue(parts.size() > 1, parts.toString());
    assertTrue(parts.stream().allMatch(p -> p.length() <= 420), parts.toString());
    assertEquals(String.join(", ", items), String.join(", ", parts));
    assertEquals(List.of("a, b"), Donor.parts(List.of("a", "b")));
    assertEquals(List.of(), Donor.parts(List.of()));
  }
}
