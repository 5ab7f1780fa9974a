package dev.mpp.dns;

import java.util.Set;

/** How datagrams are moved between the kernel and the responder. */
public enum UdpIo {
  /**
   * Many a system call, recvmmsg(2) and sendmmsg(2): Linux on 64 bits, and a process that may call
   * the C library ({@code --enable-native-access}). The wildcard address is possible here.
   */
  BATCHED,
  /** One a system call, by the JDK alone; everywhere. */
  SINGLE;

  private static final Set<String> LAID_OUT_ALIKE = Set.of("amd64", "aarch64", "riscv64");

  /** The first that this process can do. */
  public static UdpIo best() {
    boolean suits =
        System.getProperty("os.name", "").equals("Linux")
            && LAID_OUT_ALIKE.contains(System.getProperty("os.arch", ""))
            && UdpIo.class.getModule().isNativeAccessEnabled();
    return suits ? BATCHED : SINGLE;
  }
}
