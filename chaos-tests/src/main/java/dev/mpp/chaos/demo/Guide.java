package dev.mpp.chaos.demo;

import java.util.Map;

/** What to point where and what to try, once everything is up. */
final class Guide {
  private static final String TEXT =
      """

      Everything is up. In another terminal:

        dig @127.0.1.1 -p ${dns} mysql.eraser.test          the answer of site1
        dig @127.0.2.1 -p ${dns} mysql.eraser.test TXT      epoch and ACTIVE, from site2
        ${client} --no-defaults --skip-ssl \\
          -h $(dig +short @127.0.2.1 -p ${dns} mysql.eraser.test) -P ${mysql} -u app -p${password} demo
                                                             any MySQL client; try
                                                             INSERT INTO notes (note) VALUES ('hello');
      Try:
        ./mpp demo kill mysql site1        the database dies
        ./mpp demo start mysql site1       … and comes back, as a standby
        ./mpp demo kill node site1         MPP itself dies
        ./mpp demo freeze node site1       … or hangs;  thaw node site1
        ./mpp demo status                  who is up, who is writable, what DNS says
        ./mpp demo stop                    the end (or Ctrl-C here)

      All files, logs and passwords: ${root}
      """;

  private Guide() {}

  static String text(Demo demo) {
    String text = TEXT;
    Map<String, Object> values =
        Map.of(
            "dns", demo.dnsPort(),
            "mysql", demo.mysqlPort(),
            "password", demo.appPassword(),
            "client", demo.client(),
            "root", demo.layout().root());
    for (Map.Entry<String, Object> value : values.entrySet()) {
      text = text.replace("${" + value.getKey() + "}", value.getValue().toString());
    }
    return text;
  }
}
