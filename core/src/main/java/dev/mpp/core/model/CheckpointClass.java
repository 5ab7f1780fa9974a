package dev.mpp.core.model;

/** Where a checkpoint's target stands. */
public enum CheckpointClass {
  INTERNAL,
  EDGE,
  EXTERNAL
}
