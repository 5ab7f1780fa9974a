package dev.mpp.chaos.check;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Everything clients saw of one run.
 *
 * @param faultAt just before the fault was made
 * @param before address of the server that was ACTIVE before the fault
 * @param other address of the other server
 * @param acks of the writers that follow DNS
 * @param localAcks of the writers beside each server, whom no cut of a link stops
 * @param probesBefore regular write probes at {@code before}
 * @param probesOther regular write probes at {@code other}
 * @param flagsBefore looks at the read-only flag of {@code before}; ACCEPTED: it was off
 * @param flagsOther the same of {@code other}
 * @param sightings DNS answers
 * @param present every row found at the end at the server that is ACTIVE then
 */
public record History(
    long faultAt,
    String before,
    String other,
    List<Ack> acks,
    List<Ack> localAcks,
    List<Attempt> probesBefore,
    List<Attempt> probesOther,
    List<Attempt> flagsBefore,
    List<Attempt> flagsOther,
    List<Sighting> sightings,
    Set<Row> present) {

  public History {
    acks = List.copyOf(acks);
    localAcks = List.copyOf(localAcks);
    probesBefore = List.copyOf(probesBefore);
    probesOther = List.copyOf(probesOther);
    flagsBefore = List.copyOf(flagsBefore);
    flagsOther = List.copyOf(flagsOther);
    sightings = List.copyOf(sightings);
    present = Set.copyOf(present);
  }

  /** Of all writers. */
  List<Ack> allAcks() {
    return Stream.concat(acks.stream(), localAcks.stream()).toList();
  }

  /** Without local writers and looks at the flags. */
  public History(
      long faultAt,
      String before,
      String other,
      List<Ack> acks,
      List<Attempt> probesBefore,
      List<Attempt> probesOther,
      List<Sighting> sightings,
      Set<Row> present) {
    this(
        faultAt,
        before,
        other,
        acks,
        List.of(),
        probesBefore,
        probesOther,
        List.of(),
        List.of(),
        sightings,
        present);
  }
}
