package dev.mpp.chaos.check;

/**
 * One DNS answer.
 *
 * @param responder the address that was asked
 * @param answer the address it gave, or what it said instead (SERVFAIL, time-out)
 * @param at when the answer was there
 */
public record Sighting(String responder, String answer, long at) {}
