package dev.mpp.chaos.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ErrantGtidsTest {

  @Test
  void aSubsetHasNone() {
    assertEquals(List.of(), ErrantGtids.find("0-1-5", "0-1-17,0-2-9", "0-1-17,0-2-30"));
    assertEquals(List.of(), ErrantGtids.find("", "", "0-1-1"));
  }

  @Test
  void whatTheOtherLacksIsNamed() {
    assertEquals(List.of("0-1-18"), ErrantGtids.find("0-1-5", "0-1-18", "0-1-17,0-2-30"));
    assertEquals(List.of("0-1-18"), ErrantGtids.find("0-1-5", "0-1-18", "0-2-30"));
    assertEquals(
        List.of("3-1-2"),
        ErrantGtids.find("0-1-5", "0-1-5,3-1-2", "0-1-5,0-2-6"),
        "another domain");
  }

  @Test
  void theHistoryBeforeTheBeginDoesNotCount() {
    assertEquals(List.of(), ErrantGtids.find("0-1-500", "0-1-500,0-2-3", "0-2-3"));
  }
}
