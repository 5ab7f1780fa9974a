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

  @Test
  void mySqlHasSets() {
    String one = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    String two = "4e11fa47-71ca-11e1-9e33-c80aa9429562";
    String former = one + ":1-9:12,\n" + two + ":1-3";
    assertEquals(List.of(), ErrantGtids.find("", former, one + ":1-30," + two + ":1-3"));
    assertEquals(
        List.of(one + ":8-9", one + ":12", two + ":3"),
        ErrantGtids.find(one + ":1-5", former, one + ":1-7," + two + ":1-2"));
    assertEquals(
        List.of(one + ":maintenance:2"),
        ErrantGtids.find(one + ":1", one + ":1-2:maintenance:1-2", one + ":1-2:maintenance:1"),
        "tags of 8.3 and newer");
  }
}
