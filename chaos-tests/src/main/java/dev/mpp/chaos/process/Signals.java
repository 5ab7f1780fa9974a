package dev.mpp.chaos.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** kill(2), because a signal sent through a helper process arrives when the helper has started. */
public enum Signals {
  KILL(9),
  TERM(15),
  CONT(18),
  STOP(19);

  private static final MethodHandle SEND =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("kill").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final int number;

  Signals(int number) {
    this.number = number;
  }

  /** False when there is no such process. */
  public boolean send(long pid) {
    if (pid <= 1) {
      throw new IllegalArgumentException("never to pid " + pid);
    }
    try {
      return (int) SEND.invokeExact((int) pid, number) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("kill(2) cannot be called", e);
    }
  }
}
