package dev.mpp.core.reach;

import dev.mpp.core.model.CheckpointClass;

/** A configured checkpoint and its present health. */
public record Judged(CheckpointClass kind, CheckpointState state) {}
