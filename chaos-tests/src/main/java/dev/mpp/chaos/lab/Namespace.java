package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Entrance;
import dev.mpp.chaos.process.Trouble;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A named network namespace (ip-netns(8)). A thread enters it with setns(2), which moves that
 * thread and those it starts later, and nobody else.
 */
record Namespace(String name) implements Entrance {
  private static final String FOLDER = "/run/netns/";
  private static final int READ_ONLY = 0;
  private static final int CLONE_NEWNET = 0x40000000;

  private static final MethodHandle OPEN = call("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private static final MethodHandle SETNS =
      call("setns", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle CLOSE = call("close", ValueLayout.JAVA_INT);

  private static MethodHandle call(String name, ValueLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  @Override
  public List<String> words() {
    return List.of("ip", "netns", "exec", name);
  }

  @Override
  public <T> T inside(Supplier<T> action) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("in-" + name)
        .start(
            () -> {
              try {
                enter();
                result.complete(action.get());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            });
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw e;
    }
  }

  /** The calling platform thread, and every thread it starts from now on, is in this namespace. */
  void enter() {
    try (Arena arena = Arena.ofConfined()) {
      int file = (int) OPEN.invokeExact(path(arena), READ_ONLY);
      int failed = file < 0 ? -1 : (int) SETNS.invokeExact(file, CLONE_NEWNET);
      int closed = file < 0 ? 0 : (int) CLOSE.invokeExact(file);
      if (failed != 0 || closed != 0) {
        throw new Trouble(
            "cannot enter the network namespace " + name,
            "is this process root, and not confined?");
      }
    } catch (Trouble e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("setns(2) cannot be called", e);
    }
  }

  private MemorySegment path(Arena arena) {
    return arena.allocateFrom(FOLDER + name);
  }
}
