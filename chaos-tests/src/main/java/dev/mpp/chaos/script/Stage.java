package dev.mpp.chaos.script;

import dev.mpp.chaos.client.Family;
import dev.mpp.chaos.process.Place;
import java.util.List;

/**
 * Where clients play: a service and its two servers.
 *
 * @param places of the servers; their entrances are the way of the judge, which no fault cuts, and
 *     never that of the clients
 * @param password of the application's account
 * @param family of both servers
 */
public record Stage(
    String service,
    List<Place> places,
    int mysqlPort,
    int dnsPort,
    String password,
    Family family) {

  public Stage {
    places = List.copyOf(places);
    if (places.size() != 2) {
      throw new IllegalArgumentException("two servers, not " + places.size());
    }
  }

  /** The other of the two. */
  public Place peer(Place place) {
    return places.getFirst().equals(place) ? places.getLast() : places.getFirst();
  }
}
