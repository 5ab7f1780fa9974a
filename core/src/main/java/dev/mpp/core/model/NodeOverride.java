package dev.mpp.core.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringJoiner;

/**
 * What an operator decided about a node, over what the polls say. Monitoring goes on beneath it.
 *
 * @param state ACTIVE pins the role to this node: it is made ACTIVE as soon as that is safe and no
 *     failure moves the role away. STANDBY, FAILED_ONLINE and FAILED_OFFLINE hold the node there,
 *     fenced first if it may write
 * @param status shown and given to load balancers in place of the measured one; FAIL also keeps the
 *     node from being promoted, and no other value makes a node eligible that is not
 * @param type who counts as PRIMARY
 * @param weight 0 to 1000: among SECONDARYs the higher is promoted first, equals in listed order; 0
 *     is never promoted by itself; {@value #DEFAULT_WEIGHT} without an override
 */
public record NodeOverride(
    Optional<State> state, Optional<Status> status, Optional<NodeType> type, OptionalInt weight) {
  public static final int DEFAULT_WEIGHT = 100;
  private static final int HEAVIEST = 1000;

  /** No override. */
  public static final NodeOverride NONE =
      new NodeOverride(Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty());

  public NodeOverride {
    if (state.filter(s -> s == State.UNKNOWN).isPresent()) {
      throw new IllegalArgumentException(
          "a node cannot be held UNKNOWN: that is the state of a node that is being judged anew"
              + " (mpp recover)");
    }
    if (weight.isPresent() && (weight.getAsInt() < 0 || weight.getAsInt() > HEAVIEST)) {
      throw new IllegalArgumentException("weight " + weight.getAsInt() + " is outside 0-1000");
    }
  }

  public boolean isNone() {
    return this == NONE
        || (state.isEmpty() && status.isEmpty() && type.isEmpty() && weight.isEmpty());
  }

  /**
   * One of the four, as an operator writes it.
   *
   * @param key {@code state}, {@code status}, {@code type} or {@code weight}
   * @throws IllegalArgumentException naming the values that are allowed
   */
  public static NodeOverride parse(String key, String value) {
    return switch (key) {
      case "state" ->
          new NodeOverride(
              Optional.of(state(value)), Optional.empty(), Optional.empty(), OptionalInt.empty());
      case "status" ->
          new NodeOverride(
              Optional.empty(),
              Optional.of(choice(Status.values(), key, value)),
              Optional.empty(),
              OptionalInt.empty());
      case "type" ->
          new NodeOverride(
              Optional.empty(),
              Optional.empty(),
              Optional.of(choice(NodeType.values(), key, value)),
              OptionalInt.empty());
      case "weight" ->
          new NodeOverride(
              Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.of(weight(value)));
      default ->
          throw new IllegalArgumentException(
              "\"" + key + "\" cannot be set: state, status, type and weight can");
    };
  }

  private static State state(String value) {
    return switch (value) {
      case "FAIL_ONLINE" -> State.FAILED_ONLINE;
      case "FAIL_OFFLINE" -> State.FAILED_OFFLINE;
      default -> choice(State.values(), "state", value);
    };
  }

  private static <E extends Enum<E>> E choice(E[] values, String key, String value) {
    for (E e : values) {
      if (e.name().equalsIgnoreCase(value)) {
        return e;
      }
    }
    throw new IllegalArgumentException(
        "\"%s\" is not a %s %s".formatted(value, key, Arrays.toString(values)));
  }

  private static int weight(String value) {
    if (!value.matches("[0-9]{1,6}")) {
      throw new IllegalArgumentException("weight \"" + value + "\" is not a number from 0 to 1000");
    }
    return Integer.parseInt(value);
  }

  /** This override with everything that {@code newer} names in its place. */
  public NodeOverride with(NodeOverride newer) {
    return new NodeOverride(
        newer.state.or(() -> state),
        newer.status.or(() -> status),
        newer.type.or(() -> type),
        newer.weight.isPresent() ? newer.weight : weight);
  }

  /** Whether it pins the ACTIVE role to the node. */
  public boolean pins() {
    return state.isPresent() && state.get() == State.ACTIVE;
  }

  /** The state the node is held in; empty without one, and for ACTIVE, which pins. */
  public Optional<State> held() {
    return state.filter(s -> s != State.ACTIVE);
  }

  /** Whether the pool's rules may promote the node on their own. */
  public boolean allowsPromotion() {
    return held().isEmpty()
        && effectiveWeight() > 0
        && !(status.isPresent() && status.get() == Status.FAIL);
  }

  /** 0 to 1000. */
  public int effectiveWeight() {
    return weight.orElse(DEFAULT_WEIGHT);
  }

  /** For people: {@code state=STANDBY weight=0}; empty for none. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(" ");
    state.ifPresent(s -> text.add("state=" + s));
    status.ifPresent(s -> text.add("status=" + s));
    type.ifPresent(t -> text.add("type=" + t));
    weight.ifPresent(w -> text.add("weight=" + w));
    return text.toString();
  }
}
