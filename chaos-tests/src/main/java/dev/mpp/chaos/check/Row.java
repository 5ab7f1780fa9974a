package dev.mpp.chaos.check;

/** The key of one numbered row: who wrote it, and as which of his. */
public record Row(int writer, long seq) {}
