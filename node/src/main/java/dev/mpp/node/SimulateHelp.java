package dev.mpp.node;

/** What a stranger needs to write a scenario. */
final class SimulateHelp {
  static final String TEXT =
      """

      THE SCRIPT
        One step a line; # begins a comment; a line --- ends it. Words are separated by spaces, text
        with spaces stands in "double quotes". H is an address of the pool; port 3306 may be left out.

        pool name:p;primary:10.0.0.1;secondary:10.0.0.2
            The first line: the pool, as in mpp.yml. PRIMARY first, SECONDARYs by falling priority.
            The site holds the lease and its pool STATUS is OK until the script says otherwise.

      SETTINGS (key and default as in mpp.yml; print nothing; best before the first step)
        set logic failover|cluster           default failover; only before the first step
        set active 1..2                      of a cluster: fewest and most ACTIVE nodes
        set failback manual|auto|hostile     node-failback; default auto
        set hostile on|off                   the same: on is hostile, off is auto
        set recovery manual|proven           default proven
        set fail-at OK_WARN|OK_CRITICAL|FAIL default FAIL
        set ladder 1,2,3,4                   failures that begin OK_INFO, OK_WARN, OK_CRITICAL, FAIL
        set answers at-once|by-hand          by-hand: promotions and fences wait for you

      STEPS
        poll                                 every node answers and is healthy
        poll 10.0.0.1=connect:"timed out"    that node cannot be reached, the others are healthy
        poll 10.0.0.2=replication:"lag 90 s" that node answers and does not replicate
        poll-only 10.0.0.1                   only the nodes listed are polled
        recover 10.0.0.1                     the operator's mpp recover; recover --pool: every FAILED
        activate-primary                     the operator's mpp activate-primary
        proven 10.0.0.1 "GTIDs contained"    the node is proven clean: automatic recovery
        node set 10.0.0.2 state=STANDBY      override: state=, status=, type=, weight=; any of them
        node unset 10.0.0.2                  and its end
        pause, resume                        the operator's, for the whole service
        lease off, lease on                  the site loses, gets the lease
        pool-status FAIL, pool-status OK     the checkpoints' verdict on the site
        returned "clean"                     the pool was FAIL and is proven clean: judged anew
        promoted 10.0.0.1                    answers by hand: it is writable now
        promotion-failed 10.0.0.1 "why"      it could not be made writable
        fenced 10.0.0.1                      it is fenced now
        restart                              MPP restarts; it keeps what it has on disk
        repeat 4 poll 10.0.0.1=connect:"x"   any other step, so often (1 to 9999)

      WHAT IT PRINTS
        After each step a line for every node: step (0 is the pool line), host, type (P or S), req
        (consecutive failed polls; - before the first), status in classic words (OK, OK_WARN, FAIL),
        state, message. Before these lines, with the number of the step:
          >  the answer to the operator
          !  a command that waits for an answer by hand: promote or fence
          *  why the pool as a whole is FAIL
          @  an override in force, and what the polls measure beneath it

      EXIT STATUS
        0 played to the end; 2 the script is wrong, as FILE:LINE: message (stdin:LINE: without a file),
        or cannot be read. What was printed before the wrong line stands.

      A COMPLETE EXAMPLE, failover.txt:
        pool name:shop;primary:10.0.0.1;secondary:10.0.0.2
        set recovery manual
        poll
        poll
        repeat 4 poll 10.0.0.1=connect:"timed out"    # the fourth failure fails it
        poll
        node set 10.0.0.1 weight=0
        recover 10.0.0.1
      mpp simulate pool failover.txt prints:
        step  host                   type  req  status   state           message
           0  10.0.0.1:3306          P       -  OK       UNKNOWN
           0  10.0.0.2:3306          S       -  OK       UNKNOWN
           1  10.0.0.1:3306          P       0  OK       STANDBY
           1  10.0.0.2:3306          S       0  OK       STANDBY
           2  10.0.0.1:3306          P       1  OK_WARN  ACTIVE          PRIMARY instatement to ACTIVE complete.
           2  10.0.0.2:3306          S       0  OK       STANDBY
           3  10.0.0.1:3306          P       2  OK_WARN  ACTIVE          Could not connect to mysql host 10.0.0.1:3306: timed out
           3  10.0.0.2:3306          S       0  OK       STANDBY
           4  10.0.0.1:3306          P       3  OK_WARN  ACTIVE          Could not connect to mysql host 10.0.0.1:3306: timed out
           4  10.0.0.2:3306          S       0  OK       STANDBY
           5  10.0.0.1:3306          P       4  FAIL     FAILED_OFFLINE  Could not connect to mysql host 10.0.0.1:3306: timed out
           5  10.0.0.2:3306          S       1  OK_WARN  ACTIVE          FAILOVER: Taking over ACTIVE state.
           6  10.0.0.1:3306          P       5  FAIL     FAILED_OFFLINE  Could not connect to mysql host 10.0.0.1:3306: timed out
           6  10.0.0.2:3306          S       0  OK       ACTIVE          (recovering) FAILOVER: Taking over ACTIVE state.
           7  10.0.0.1:3306          P       0  OK_WARN  FAILED_OFFLINE  (recovering) FAILED PRIMARY server is reporting recovery. Manual intervention required.
           7  10.0.0.2:3306          S       0  OK       ACTIVE
           8  > OK: 10.0.0.1:3306 weight=0
           8  @ 10.0.0.1:3306 weight=0, measured OK_WARN
           8  10.0.0.1:3306          P       0  OK_WARN  FAILED_OFFLINE  (recovering) FAILED PRIMARY server is reporting recovery. Manual intervention required.
           8  10.0.0.2:3306          S       0  OK       ACTIVE
           9  > OK: Cached level reset from OK_WARN/0 (FAILED_OFFLINE) to OK_WARN/0 (UNKNOWN) for 10.0.0.1:3306
           9  @ 10.0.0.1:3306 weight=0, measured OK_WARN
           9  10.0.0.1:3306          P       0  OK_WARN  UNKNOWN         Manual Recovery Initiated.
           9  10.0.0.2:3306          S       0  OK       ACTIVE
      """;

  private SimulateHelp() {}
}
