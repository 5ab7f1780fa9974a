package dev.mpp.chaos.sim;

/**
 * The transactions one server executed as the origin between one opening and the next.
 *
 * @param number of the opening, unique in a run
 * @param origin the server's id, as in its GTIDs
 * @param first sequence number of its first transaction
 */
record Stint(int number, int origin, long first) {}
