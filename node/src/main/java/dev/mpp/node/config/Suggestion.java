package dev.mpp.node.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** "Did you mean". */
final class Suggestion {
  private Suggestion() {}

  /** A remedy: the nearest word, or {@code otherwise} and all the words. */
  static String among(String written, Collection<String> words, String otherwise) {
    String plain = plain(written);
    return words.stream()
        .filter(w -> distance(plain, plain(w)) <= Math.max(1, Math.min(3, w.length() / 3)))
        .min(Comparator.comparingInt(w -> distance(plain, plain(w))))
        .map(w -> "did you mean \"" + w + "\"?")
        .orElseGet(() -> otherwise + String.join(", ", words));
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(" ", "");
  }

  /** Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replace, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (swapped(a, b, i, j)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }

  private static boolean swapped(String a, String b, int i, int j) {
    return i > 1
        && j > 1
        && a.charAt(i - 1) == b.charAt(j - 2)
        && a.charAt(i - 2) == b.charAt(j - 1);
  }
}
