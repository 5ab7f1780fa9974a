package dev.mpp.dns;

import java.io.ByteArrayOutputStream;

/** Presentation format of names, RFC 1035 section 5.1. One use per instance. */
final class NameText {
  private final String text;
  private int at;

  NameText(String text) {
    this.text = text;
  }

  byte[] toWire() {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    while (at < text.length()) {
      byte[] label = label();
      wire.write(label.length);
      wire.write(label, 0, label.length);
    }
    wire.write(0);
    if (wire.size() == 1) {
      throw bad("is empty; the root is written \".\"");
    }
    if (wire.size() > DnsName.MAX_LENGTH) {
      throw bad("is longer than " + DnsName.MAX_LENGTH + " octets");
    }
    return wire.toByteArray();
  }

  private byte[] label() {
    ByteArrayOutputStream label = new ByteArrayOutputStream();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '.') {
        break;
      }
      label.write(c == '\\' ? escape() : plain(c));
    }
    if (label.size() == 0) {
      throw bad("has an empty label");
    }
    if (label.size() > DnsName.MAX_LABEL) {
      throw bad("has a label longer than " + DnsName.MAX_LABEL + " octets");
    }
    return label.toByteArray();
  }

  private int plain(char c) {
    if (c <= ' ' || c >= 0x7f) {
      throw bad("has a character that is not printable ASCII; write IDNs in their xn-- form");
    }
    return c;
  }

  private int escape() {
    if (at == text.length()) {
      throw bad("ends in a backslash");
    }
    char c = text.charAt(at);
    if (c < '0' || c > '9') {
      at++;
      return plain(c);
    }
    String digits = text.substring(at, Math.min(at + 3, text.length()));
    if (!digits.matches("[0-9]{3}") || Integer.parseInt(digits) > 255) {
      throw bad("has a broken \\DDD escape");
    }
    at += 3;
    return Integer.parseInt(digits);
  }

  private IllegalArgumentException bad(String why) {
    return new IllegalArgumentException("domain name \"" + text + "\" " + why);
  }

  static String fromWire(byte[] wire) {
    if (wire.length == 1) {
      return ".";
    }
    StringBuilder out = new StringBuilder();
    for (int start = 0; wire[start] != 0; start += 1 + wire[start]) {
      for (int i = start + 1; i <= start + wire[start]; i++) {
        append(out, wire[i] & 0xff);
      }
      out.append('.');
    }
    return out.toString();
  }

  private static void append(StringBuilder out, int octet) {
    if (octet <= ' ' || octet >= 0x7f) {
      out.append(String.format("\\%03d", octet));
    } else {
      if ("\\.\"();@$".indexOf(octet) >= 0) {
        out.append('\\');
      }
      out.append((char) octet);
    }
  }
}
