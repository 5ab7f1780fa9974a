package dev.mpp.chaos.demo;

import java.util.HashMap;
import java.util.Map;

/** What to point where and what to try, once everything is up. */
final class Guide {
  private static final String TEXT =
      """

      Everything is up. In another terminal:

        ./mpp status                       everything on one screen: who is ACTIVE, and why
        ./mpp watch                        every change and decision as it happens

        dig @${address} -p ${dns} mysql.eraser.test         the answer of ${active}
        dig @${other.address} -p ${dns} mysql.eraser.test TXT     epoch and ACTIVE, from ${other}
        ${client} --no-defaults --skip-ssl \\
          -h $(dig +short @${other.address} -p ${dns} mysql.eraser.test) -P ${mysql} -u app -p${password} demo
                                                             any MySQL client; try
                                                             INSERT INTO notes (note) VALUES ('hello');
      Try (${active} is ACTIVE now; after a failover name ${other}):
        ./mpp demo kill mysql ${active}        the database dies
        ./mpp demo start mysql ${active}       … and comes back, as a standby
        ./mpp demo kill node ${active}         MPP itself dies;   start node ${active}
        ./mpp demo freeze node ${active}       … or hangs;        thaw node ${active}
        ./mpp demo status                  who is up, who is writable, what DNS says
        ./mpp demo stop                    the end (or Ctrl-C here)

      All files, logs and passwords: ${root}
      """;

  private Guide() {}

  /**
   * @param active the site that is ACTIVE: whatever is done to another one shows nothing
   */
  static String text(Demo demo, Site active) {
    return text(
        active,
        Map.of(
            "dns", demo.dnsPort(),
            "mysql", demo.mysqlPort(),
            "password", demo.appPassword(),
            "client", demo.client(),
            "root", demo.layout().root()));
  }

  static String text(Site active, Map<String, Object> more) {
    Map<String, Object> values = new HashMap<>(more);
    values.put("active", active.label());
    values.put("address", active.address());
    values.put("other", active.peer().label());
    values.put("other.address", active.peer().address());
    String text = TEXT;
    for (Map.Entry<String, Object> value : values.entrySet()) {
      text = text.replace("${" + value.getKey() + "}", value.getValue().toString());
    }
    return text;
  }
}
