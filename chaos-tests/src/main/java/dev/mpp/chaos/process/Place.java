package dev.mpp.chaos.process;

import java.nio.file.Path;

/**
 * Where the processes of one site live.
 *
 * @param label as the configuration spells it
 * @param folder its files, absolute
 * @param address that its processes listen at
 */
public record Place(String label, Path folder, String address, Entrance entrance) {}
