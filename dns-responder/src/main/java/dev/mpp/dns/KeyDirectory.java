package dev.mpp.dns;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A directory with the keys of zones. Every site has the same files; nothing else is a state. */
public final class KeyDirectory {
  /** Seconds before a further key signs by which every site needs its files. */
  public static final long COPIED_BEFORE = KeyRing.LEAD;

  private static final long DAY = 86_400;
  private static final long NOTICE = COPIED_BEFORE + DAY;
  private static final long USUAL_NOTICE = 7 * DAY;
  private static final String PRIVATE = ".private";
  private static final String PUBLIC = ".key";
  private static final FileAttribute<Set<PosixFilePermission>> SECRET_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final Set<PosixFilePermission> OF_OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);
  private static final Set<PosixFilePermission> WRITES_OF_OTHERS =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final Path path;

  @Override
  public String toString() {
    return path.toString();
  }

  public KeyDirectory(Path path) {
    this.path = path;
  }

  public Path path() {
    return path;
  }

  /**
   * The keys of a zone; none is a problem as well.
   *
   * @throws KeyFileException with every problem of every file of that zone
   */
  public KeyRing read(DnsName zone) throws KeyFileException {
    List<String> problems = new ArrayList<>();
    List<SigningKey> keys = read(zone, problems);
    if (problems.isEmpty() && keys.isEmpty()) {
      problems.add(path + ": no key of " + zone + "; make one: mpp dns keygen " + zone);
    }
    if (problems.isEmpty()) {
      problems.addAll(KeyRing.contradictions(keys).stream().map(p -> path + ": " + p).toList());
    }
    if (!problems.isEmpty()) {
      throw new KeyFileException(problems);
    }
    return new KeyRing(zone, keys);
  }

  /** As {@link #read(DnsName)}, but a zone may have no key yet and the directory be missing. */
  List<SigningKey> present(DnsName zone) throws KeyFileException {
    List<String> problems = new ArrayList<>();
    List<SigningKey> keys = Files.exists(path) ? read(zone, problems) : List.of();
    if (!problems.isEmpty()) {
      throw new KeyFileException(problems);
    }
    return keys;
  }

  private List<SigningKey> read(DnsName zone, List<String> problems) {
    List<SigningKey> keys = new ArrayList<>();
    try {
      if (!permits(path, WRITES_OF_OTHERS)) {
        problems.add(path + ": others may write into it; chmod 700 " + path);
      }
      for (String name : names(zone)) {
        SigningKey key = readOne(zone, name, problems);
        if (key != null) {
          keys.add(key);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      problems.add(path + ": no such directory; create it with mode 700, or correct the path");
    } catch (IOException e) {
      problems.add(path + ": cannot be read: " + e);
    }
    return keys;
  }

  private Set<String> names(DnsName zone) throws IOException {
    String prefix = KeyFile.prefix(zone);
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith(prefix) && name.endsWith(PRIVATE)) {
          names.add(name.substring(0, name.length() - PRIVATE.length()));
        }
      }
    }
    return names;
  }

  private @Nullable SigningKey readOne(DnsName zone, String name, List<String> problems) {
    Path secret = path.resolve(name + PRIVATE);
    Path open = path.resolve(name + PUBLIC);
    try {
      if (!permits(secret, OF_OTHERS)) {
        problems.add(
            secret
                + ": others than its owner can read it; chmod 600 "
                + secret
                + ", and consider the key stolen if others have been on this host");
        return null;
      }
      SigningKey key = KeyFile.parse(zone, Files.readString(open), Files.readString(secret));
      if (!key.fileName().equals(name)) {
        problems.add(secret + ": holds the key " + key.fileName() + "; restore or rename it");
        return null;
      }
      return key;
    } catch (NoSuchFileException e) {
      problems.add(open + ": missing; copy both files of a key");
    } catch (IOException e) {
      problems.add(secret + ": cannot be read: " + e);
    } catch (IllegalArgumentException e) {
      problems.add(secret + ": " + e.getMessage());
    }
    return null;
  }

  /** Whether nobody has any of these rights. Where files have no modes there is nothing to see. */
  private static boolean permits(Path file, Set<PosixFilePermission> denied) throws IOException {
    try {
      Set<PosixFilePermission> has = Files.getPosixFilePermissions(file);
      return denied.stream().noneMatch(has::contains);
    } catch (UnsupportedOperationException e) {
      return true;
    }
  }

  /** Changes whenever a file of the zone does, or a file comes or goes. */
  String stamp(DnsName zone) {
    StringBuilder stamp = new StringBuilder();
    try {
      for (String name : names(zone)) {
        for (String ending : List.of(PRIVATE, PUBLIC)) {
          Path file = path.resolve(name + ending);
          stamp.append(file).append(' ');
          stamp.append(Files.getLastModifiedTime(file).toMillis()).append(' ');
          stamp.append(Files.size(file)).append('\n');
        }
      }
    } catch (IOException e) {
      stamp.append(e);
    }
    return stamp.toString();
  }

  /**
   * Makes a zone's next key and writes its files, the directory too if it is missing.
   *
   * @param now seconds since 1970
   * @param from when it is to sign; empty: at once if it is the zone's first, otherwise in a week,
   *     or {@code everyDays} after the last ZSK for another one
   * @throws KeyFileException if the keys that are there already forbid it
   * @throws IllegalArgumentException if {@code from} is too early
   */
  public SigningKey next(
      DnsName zone,
      boolean secureEntryPoint,
      DnssecAlgorithm algorithm,
      long now,
      OptionalLong from,
      int everyDays)
      throws KeyFileException, IOException {
    if (now < BuildTime.SECONDS) {
      throw refused("the clock of this host says " + KeyTimes.text(now) + "; set it first");
    }
    List<SigningKey> others = present(zone);
    if (!secureEntryPoint && others.stream().noneMatch(k -> k.key().secureEntryPoint())) {
      throw refused("a ZSK needs a KSK; make that first: mpp dns keygen " + zone + " --ksk");
    }
    if (others.stream().anyMatch(k -> k.key().algorithm() != algorithm)) {
      throw refused(
          "the zone has keys of another algorithm ("
              + others.getFirst()
              + "), and one zone is signed with one; give the same --algorithm, or go unsigned"
              + " first (DS removed at the parent) and start with an empty directory");
    }
    OptionalLong last =
        others.stream()
            .filter(k -> !secureEntryPoint && !k.key().secureEntryPoint())
            .mapToLong(k -> k.times().active())
            .max();
    long usual = others.isEmpty() ? now : now + USUAL_NOTICE;
    long active =
        from.orElse(last.isEmpty() ? usual : Math.max(usual, last.getAsLong() + everyDays * DAY));
    if (!others.isEmpty() && active < now + NOTICE) {
      throw new IllegalArgumentException(
          "a further key is copied to every site and published for a day before it signs; choose a"
              + " date from two days ahead on, after "
              + KeyTimes.text(now + NOTICE));
    }
    return write(zone, secureEntryPoint, algorithm, KeyTimes.activeFrom(now, active), others);
  }

  private KeyFileException refused(String why) {
    return new KeyFileException(List.of(path + ": " + why));
  }

  private SigningKey write(
      DnsName zone,
      boolean secureEntryPoint,
      DnssecAlgorithm algorithm,
      KeyTimes times,
      List<SigningKey> others)
      throws IOException {
    try {
      SigningKey key;
      do {
        key = SigningKey.generate(zone, secureEntryPoint, algorithm, times);
      } while (tagTaken(others, key)); // validators tell keys apart by their tags
      Files.createDirectories(path, DIRECTORY_MODE);
      write(path.resolve(key.fileName() + PUBLIC), KeyFile.publicText(key));
      write(path.resolve(key.fileName() + PRIVATE), KeyFile.privateText(key));
      return key;
    } catch (GeneralSecurityException e) {
      throw new IOException("this JDK makes no keys of " + algorithm.mnemonic(), e);
    }
  }

  /**
   * Takes a KSK or CSK out of use.
   *
   * @param now seconds since 1970: not for DS any more
   * @param goneAfter seconds until it leaves the DNSKEY set
   * @throws KeyFileException if there is no such key, or none would be left
   */
  public SigningKey retire(DnsName zone, int tag, long now, long goneAfter)
      throws KeyFileException, IOException {
    KeyRing ring = read(zone);
    SigningKey key =
        ring.keys().stream()
            .filter(k -> k.key().tag() == tag)
            .findFirst()
            .orElseThrow(() -> refused("no key " + tag + " of " + zone + "; see mpp dns keys"));
    if (!key.key().secureEntryPoint()) {
      throw refused(key + " is a ZSK; it goes by itself when the next one has taken over");
    }
    SigningKey retired = timed(key, key.times().retired(now, now + goneAfter));
    List<SigningKey> after =
        ring.keys().stream().map(k -> k.key().tag() == tag ? retired : k).toList();
    List<String> problems = KeyRing.contradictions(after);
    if (!problems.isEmpty()) {
      throw refused(problems.getFirst() + " (nothing was changed)");
    }
    if (new KeyRing(zone, after).at(now).zoneSigner().key().tag() == tag) {
      throw refused(
          key + " signs the zone and no other key may yet; see mpp dns keys (nothing was changed)");
    }
    write(path.resolve(key.fileName() + PRIVATE), KeyFile.privateText(retired));
    return retired;
  }

  private static SigningKey timed(SigningKey key, KeyTimes times) {
    try {
      return new SigningKey(
          key.zone(), key.key(), key.key().algorithm().privateKey(key.secretOctets()), times);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that signed when it was read does not any more", e);
    }
  }

  private static boolean tagTaken(List<SigningKey> others, SigningKey key) {
    return others.stream().anyMatch(k -> k.key().tag() == key.key().tag());
  }

  /** All of it or nothing: who reads meanwhile sees the file from before. */
  private static void write(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(next);
    try (SeekableByteChannel out =
        Files.newByteChannel(
            next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), SECRET_MODE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
