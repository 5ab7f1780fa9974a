#!/usr/bin/env python3
"""Compares DNS servers on one machine, side by side in one run.

compare.py [--rounds 5] [--workers 1] [--rate 20000] [--do] [--out FILE] NAME...

NAME is mpp (./mpp dns of this checkout), a peer (gdnsd nsd knot pdns named), echo (a C loop that answers without
reading: the floor), or NAME=PORT:COMMAND, a command that serves peers/zone.db for gslb.test at 127.0.0.1:PORT (with
$WORKERS and $CPUS in its environment). Ratios are to gdnsd, or else to the first peer named.

All servers run all the time; who is not being measured has nothing to do. Each round measures every one once, in
random order: the most answers a second that one flooding client gets and the CPU time, user and system, that a million
of them cost the server; then latency at a fixed rate. With one worker the server has CPU 0 and the client CPU 1; with
more nobody is pinned. A sample of CPU time has 50,000 answers at least. Samples are taken up to three times while other
processes use more than 0.3 cores, and the one with the least of that is kept; `foreign` is what was left. On a machine
that does other things too, the ratio of CPU times within a round is the figure to trust, and the tail of the latency
the one not to. Needs gcc, taskset, two cores, and the servers' Debian packages (README.md).
"""
import argparse
import json
import os
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf('SC_CLK_TCK')
WORK = tempfile.mkdtemp(prefix='dns-compare-')
PORTS = dict(nsd=5301, knot=5302, gdnsd=5303, pdns=5304, named=5305, mpp=5306, echo=5310)
WARM_ANSWERS = 1_000_000  # before a just-in-time compiler has nothing left to do
WARM_SECONDS = 40
QUIET = 0.3  # cores
ENOUGH = 50_000  # answers: CPU time is counted in hundredths of a second
LONGEST = 20  # s


def command(name, workers, cpus):
    """The port, and what to run."""
    pin = ['taskset', '-c', cpus]
    if '=' in name:
        port, text = name.split('=', 1)[1].split(':', 1)
        return int(port), pin + ['sh', '-c', text]
    port = PORTS[name]
    if name == 'echo':
        return port, pin + [f'{WORK}/echo', str(port), str(workers), '64']
    if name == 'mpp':
        return port, pin + [f'{HERE}/../../mpp', 'dns', '--zone', f'{HERE}/peers/zone.db', '--listen',
                            f'127.0.0.1:{port}', '--workers', str(workers)]
    return port, [f'{HERE}/peers/start.sh', name, str(workers), cpus]


def processes(session):
    """(pid, user, system) of every process of a session."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/stat') as f:
                text = f.read()
        except OSError:
            continue
        fields = text[text.rindex(')') + 2:].split()
        if int(fields[3]) == session:
            found.append((int(pid), int(fields[11]) / TICK, int(fields[12]) / TICK))
    return found


def cpu(session):
    every = processes(session)
    return sum(p[1] for p in every), sum(p[2] for p in every)


def busy():
    """CPU seconds that the whole machine has worked."""
    with open('/proc/stat') as f:
        v = [int(x) for x in f.readline().split()[1:]]
    return (sum(v[:3]) + sum(v[5:8])) / TICK


def own():
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def memory(session):
    total = 0
    for pid, _, _ in processes(session):
        with open(f'/proc/{pid}/smaps_rollup') as f:
            total += sum(int(line.split()[1]) for line in f if line.startswith('Pss:'))
    return total / 1024


def flood(port, seconds, window, sockets, rate, warm, options):
    args = [f'{WORK}/flood', '127.0.0.1', str(port), f'{HERE}/q.txt']
    args += map(str, (seconds, window, sockets, rate, warm))
    if options.do:
        args.append('do')
    pin = ['taskset', '-c', '1'] if options.workers == 1 else []
    return json.loads(subprocess.run(pin + args, capture_output=True, text=True, check=True).stdout)


def sample(session, enough, measure):
    """The best of three; each as long as it takes to get enough answers for the clock that counts CPU time."""
    best, seconds = None, 1.5
    for _ in range(3):
        time.sleep(0.3)
        start, machine, children, before = time.time(), busy(), own(), cpu(session)
        result = measure(seconds)
        after = cpu(session)
        used = sum(after) - sum(before)
        result['foreign'] = (busy() - machine - (own() - children) - used) / (time.time() - start)
        if result['total'] < max(1, enough):
            seconds = min(LONGEST, max(seconds, seconds * 1.2 * enough / max(1, result['total'])))
            continue
        result['user'], result['sys'] = ((b - a) / result['total'] * 1e6 for a, b in zip(before, after))
        result['cpu'] = result['user'] + result['sys']
        if best is None or result['foreign'] < best['foreign']:
            best = result
        if best['foreign'] < QUIET:
            break
    if best is None:
        raise RuntimeError(f'fewer than {max(1, enough)} answers in three samples')
    return best


class Server:
    """A server that runs for the whole comparison; while others are measured it has nothing to do."""

    def __init__(self, name, options):
        self.options = options
        cpus = '0' if options.workers == 1 else f'0-{os.cpu_count() - 1}'
        self.port, args = command(name, options.workers, cpus)
        env = dict(os.environ, WORKERS=str(options.workers), CPUS=cpus, WORK=tempfile.mkdtemp(dir=WORK))
        self.log = f"{WORK}/{name.split('=')[0]}.log"
        with open(self.log, 'w') as log:
            self.process = subprocess.Popen(args, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            start_new_session=True, env=env)

    def flood(self, seconds, window, sockets, rate, warm):
        return flood(self.port, seconds, window, sockets, rate, warm, self.options)

    def wait(self):
        for _ in range(600):
            time.sleep(0.1)
            if self.process.poll() is not None:
                raise RuntimeError(f'the server ended, see {self.log}')
            if self.flood(.05, 1, 1, 0, 0)['ans'] > 0:
                return
        raise RuntimeError('the server does not answer')

    def warm_up(self):
        total, start = 0, time.time()
        while total < WARM_ANSWERS and time.time() - start < WARM_SECONDS:
            total += self.flood(1, 128, 4, 0, 0)['total']

    def measure(self):
        sockets, session = (4 if self.options.workers == 1 else 8), self.process.pid
        return {'max': sample(session, ENOUGH, lambda t: self.flood(t, 256, sockets, 0, .2)),
                'rate': sample(session, 0, lambda t: self.flood(t, 256, sockets, self.options.rate, .2)),
                'memory': memory(session)}

    def stop(self):
        for sig in (signal.SIGTERM, signal.SIGKILL):
            for pid, _, _ in processes(self.process.pid):
                try:
                    os.kill(pid, sig)
                except OSError:
                    pass
            time.sleep(0.3)
        self.process.wait()


def report(rows, names, reference, options):
    def median(name, part, key):
        return statistics.median([r[part][key] for r in rows[name].values()] or [float('nan')])

    def ratio(name, part, key):
        base = rows[reference]
        return statistics.median([r[part][key] / base[i][part][key] for i, r in rows[name].items() if i in base]
                                 or [float('nan')])

    print(f'{options.workers} worker(s), {"DNSSEC OK, " if options.do else ""}ratios to {reference}, medians')
    print(f'{"server":10} {"n":>2} {"kqps":>6} {"ratio":>6} {"CPU-s/M":>8} {"user":>5} {"sys":>5} {"ratio":>6} '
          f'{"p50 us":>7} {"p99 us":>7} {"lost %":>6} {"MB":>5} {"foreign":>7}')
    for name in sorted(names, key=lambda n: median(n, 'max', 'cpu')):
        pss = statistics.median([r['memory'] for r in rows[name].values()] or [float('nan')])
        print(f"{name.split('=')[0]:10} {len(rows[name]):2} {median(name, 'max', 'qps') / 1000:6.0f} "
              f"{ratio(name, 'max', 'qps'):6.2f} {median(name, 'max', 'cpu'):8.2f} {median(name, 'max', 'user'):5.2f} "
              f"{median(name, 'max', 'sys'):5.2f} {ratio(name, 'max', 'cpu'):6.2f} {median(name, 'rate', 'p50'):7.0f} "
              f"{median(name, 'rate', 'p99'):7.0f} {100 * median(name, 'rate', 'loss'):6.2f} {pss:5.0f} "
              f"{median(name, 'max', 'foreign'):7.2f}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--rate', type=int, default=20000)
    parser.add_argument('--do', action='store_true')
    parser.add_argument('--out')
    parser.add_argument('names', nargs='+')
    options = parser.parse_args()
    unknown = [n for n in options.names if '=' not in n and n not in PORTS]
    if unknown:
        parser.error(f'{unknown[0]} is not one of {", ".join(PORTS)}, nor NAME=PORT:COMMAND')
    for tool in ('flood', 'echo'):
        subprocess.run(['gcc', '-O2', '-pthread', '-o', f'{WORK}/{tool}', f'{HERE}/{tool}.c'], check=True)
    others = [n for n in options.names if n not in ('mpp', 'echo') and '=' not in n]
    reference = 'gdnsd' if 'gdnsd' in others else (others or options.names)[0]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no server is left behind
    rows = {n: {} for n in options.names}
    servers = {}
    try:
        for name in options.names:
            servers[name] = Server(name, options)
            servers[name].wait()
            servers[name].warm_up()
        for turn in range(options.rounds):
            for name in random.sample(options.names, len(options.names)):
                try:
                    rows[name][turn] = servers[name].measure()
                except RuntimeError as e:
                    print(f'round {turn} {name}: {e}', file=sys.stderr)
            if options.out:
                with open(options.out, 'w') as f:
                    json.dump(rows, f)
    finally:
        for server in servers.values():
            server.stop()
    report(rows, options.names, reference, options)


if __name__ == '__main__':
    main()
