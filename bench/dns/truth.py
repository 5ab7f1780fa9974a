#!/usr/bin/env python3
"""Restarts and moves a running demo under query load, and checks every DNS answer against the journals of the ledger.

truth.py [--changes 20] [--restarts 20] [--demo DIR] [--port-offset 0] [--keep FILE]
truth.py --check FILE    judges again what was kept

Start `./mpp demo` first. Changes are switchovers by `./mpp switchover`; a restart kills a node of MPP (SIGKILL) and starts
it again, in turn at the site that is ACTIVE, at the other one, and at the witness. Meanwhile the name is asked at every
name server all the time, UDP and TCP, by a decoder of its own that shares no code with MPP. At the end each node's
journal says when it applied which entry of the ledger (kind `ledger`, Serve: this site serves from this epoch on).

An answer with an address is wrong if
  elsewhere   it is of no site's address, or of a site that never served;
  late        the name server had applied the Serve of another site before it was asked, and 100 ms had passed;
  early       its site's Serve was applied nowhere before the answer came;
  outlives    its TTL reaches past the Claim by which another site took the role without being given it.
SERVFAIL, silence and TTL 0 hurt nobody and are counted. Exit status 0 if nothing was wrong.
"""
import argparse
import json
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
MPP = f'{HERE}/../../mpp'
NAME = 'mysql.eraser.test'
SITES = {'site1': '127.0.1.1', 'site2': '127.0.2.1'}
NODES = dict(SITES, witness='127.0.3.1')
SLACK = 0.1   # s: the picture follows what was applied within one turn of the loop, on a busy machine
EVERY = 0.01  # s between two questions to one name server
PATIENCE = 0.5


def question(number):
    labels = b''.join(bytes([len(x)]) + x.encode() for x in NAME.split('.')) + b'\0'
    return struct.pack('>HHHHHH', number, 0, 1, 0, 0, 0) + labels + b'\0\1\0\1'


def skip_name(message, at):
    while message[at] and message[at] < 0xc0:
        at += 1 + message[at]
    return at + (2 if message[at] else 1)


def read(message, number):
    """(rcode, [(address, ttl)]), or None for what is not the answer."""
    if len(message) < 12 or not message[2] & 0x80 or struct.unpack('>H', message[:2])[0] != number:
        return None
    questions, answers = struct.unpack('>HH', message[4:8])
    at = 12
    for _ in range(questions):
        at = skip_name(message, at) + 4
    found = []
    for _ in range(answers):
        at = skip_name(message, at)
        kind, _, ttl, length = struct.unpack('>HHIH', message[at:at + 10])
        at += 10
        if kind == 1:
            found.append((socket.inet_ntoa(message[at:at + length]), ttl))
        at += length
    return message[3] & 15, found


def over_udp(address, port, number):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(PATIENCE)
        s.connect((address, port))
        s.send(question(number))
        return read(s.recv(4096), number)


def over_tcp(address, port, number):
    message = question(number)
    with socket.create_connection((address, port), PATIENCE) as s:
        s.settimeout(PATIENCE)
        s.sendall(struct.pack('>H', len(message)) + message)
        got = b''
        while len(got) < 2 or len(got) < 2 + struct.unpack('>H', got[:2])[0]:
            part = s.recv(4096)
            if not part:
                raise ConnectionError('closed')
            got += part
        return read(got[2:], number)


class Asker(threading.Thread):
    """Asks one name server; keeps (asked, received, rcode, [(address, ttl)]), times since 1970."""

    def __init__(self, node, port):
        super().__init__(daemon=True)
        self.node, self.port, self.answers, self.silent, self.ended = node, port, [], 0, False

    def run(self):
        while not self.ended:
            number = random.randrange(65536)
            ask = over_tcp if random.random() < 0.1 else over_udp
            asked = time.time()
            try:
                answer = ask(NODES[self.node], self.port, number)
            except OSError:
                answer = None
            received = time.time()
            if answer is None:
                self.silent += 1
            else:
                self.answers.append((asked, received) + answer)
            time.sleep(max(0.0, asked + EVERY - time.time()))


def mpp(*words, env=None):
    return subprocess.run([MPP, *words], capture_output=True, text=True, env=env, check=False)


class Deployment:
    def __init__(self, demo, offset):
        self.offset = offset
        self.env = dict(os.environ, MPP_DEMO_DIR=demo) if demo else dict(os.environ)

    def at(self, node):
        return dict(self.env, MPP_NODE=f'{NODES[node]}:{17402 + self.offset}')

    def active(self):
        for node in SITES:
            try:
                answer = over_udp(NODES[node], 15353 + self.offset, 1)
            except OSError:
                continue
            for site, address in SITES.items():
                if answer and any(a == address and ttl > 0 for a, ttl in answer[1]):
                    return site
        return None

    def await_active(self):
        """Both name servers say the same, with a lease behind it."""
        end = time.time() + 120
        while time.time() < end:
            site = self.active()
            if site:
                return site
            time.sleep(0.1)
        raise RuntimeError('no site became ACTIVE within 120 s')

    def change(self):
        site = self.await_active()
        target = next(s for s in SITES if s != site)
        end = time.time() + 60  # the target may have to get in step first
        while time.time() < end:
            done = mpp('switchover', NAME, '--to', target, '--reason', 'truth.py', env=self.at(target))
            if done.returncode == 0:
                return True
            time.sleep(0.5)
        return False

    def restart(self, turn):
        site = self.await_active()
        other = next(s for s in SITES if s != site)
        node = (site, other, 'witness')[turn % 3]
        for word in ('kill', 'start'):
            done = mpp('demo', word, 'node', node, env=self.env)
            if done.returncode:
                raise RuntimeError(f'mpp demo {word} node {node}: {done.stderr.strip() or done.stdout.strip()}')
            time.sleep(random.random())
        self.await_active()
        return True

    def journal(self, node):
        """(time, site, what, epoch) of every entry of the ledger that the node applied."""
        end = time.time() + 60  # it may have been started a moment ago
        while True:
            done = mpp('journal', '--json', '--since', '1d', '--kind', 'ledger', env=self.at(node))
            if done.returncode == 0 or time.time() > end:
                break
            time.sleep(0.5)
        if done.returncode:
            raise RuntimeError(f'the journal of {node}: {done.stderr.strip()}')
        entries = []
        for line in done.stdout.splitlines():
            entry = json.loads(line)
            if entry['service'] == NAME:
                what = re.search(r'[A-Z]\w+', entry['text']).group()
                entries.append((entry['at_ms'] / 1000, entry['subject'], what, entry['epoch']))
        return entries


class Truth:
    """What the journals of all nodes say."""

    def __init__(self, journals):
        self.journals = {n: sorted(tuple(e) for e in entries if e[2] == 'Serve') for n, entries in journals.items()}
        every = sorted(tuple(e) for entries in journals.values() for e in entries)
        self.first_serve = {}
        for when, site, what, epoch in every:
            if what == 'Serve':
                self.first_serve.setdefault((epoch, site), when)
        # A site that took the role in a later epoch, and when that was proposed at the latest.
        self.takings = {}
        for when, site, what, epoch in every:
            if what == 'Claim':
                self.takings.setdefault((epoch, site), when)
        # Epochs that ended by the holder's own word, as an entry counts before or after it was applied.
        self.given = {e for _, _, what, epoch in every if what in ('Release', 'Handover') for e in (epoch, epoch + 1)}

    def wrong(self, node, answer):
        asked, received, _, addresses = answer
        for address, ttl in addresses:
            site = next((s for s, a in SITES.items() if a == address), None)
            if site is None:
                return 'elsewhere', address
            served = [when for (_, s), when in self.first_serve.items() if s == site]
            if not served:
                return 'elsewhere', site
            if ttl == 0:
                continue
            if min(served) > received + SLACK:
                return 'early', site
            applied = [e for e in self.journals[node] if e[0] < asked - SLACK]
            during = {e[1] for e in self.journals[node] if asked - SLACK <= e[0] <= received + SLACK}
            # A node that starts again reads entries of meanwhile from its log, without a word in its journal.
            newest = max((epoch for (epoch, s), when in self.first_serve.items() if s == site and when <= received + SLACK), default=0)
            if applied and applied[-1][1] != site and site not in during and newest < applied[-1][3]:
                return 'late', f'{site}, served by {applied[-1][1]} since epoch {applied[-1][3]}'
            for (epoch, taker), when in self.takings.items():
                if taker != site and epoch not in self.given and received < when < asked + ttl - SLACK:
                    return 'outlives', f'{site} with TTL {ttl}, taken by {taker} {when - asked:.3f} s later'
        return None


def judge(journals, answers, silent):
    truth, counts, wrong = Truth(journals), Counter(silent), []
    for node, every in answers.items():
        for answer in every:
            addresses = answer[3]
            counts[f'rcode {answer[2]}' if not addresses else 'TTL 0' if addresses[0][1] == 0 else 'address'] += 1
            problem = truth.wrong(node, answer)
            if problem:
                wrong.append((node, problem, answer))
    roles = len(truth.first_serve)
    print(f'{roles} times a site began to serve; answers {dict(counts)}; wrong {len(wrong)}')
    for node, (kind, what), answer in wrong[:20]:
        print(f'WRONG {kind}: {node} said {answer[3]} at {answer[0]:.3f} to {answer[1]:.3f}: {what}')
    return 1 if wrong or not counts['address'] else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--changes', type=int, default=20)
    parser.add_argument('--restarts', type=int, default=20)
    parser.add_argument('--demo')
    parser.add_argument('--port-offset', type=int, default=0)
    parser.add_argument('--keep')
    parser.add_argument('--check')
    options = parser.parse_args()
    if options.check:
        with open(options.check) as f:
            kept = json.load(f)
        return judge(kept['journals'], kept['answers'], Counter())
    deployment = Deployment(options.demo, options.port_offset)
    askers = [Asker(node, 15353 + options.port_offset) for node in NODES]
    for asker in askers:
        asker.start()
    turns = ['change'] * options.changes + ['restart'] * options.restarts
    random.shuffle(turns)
    done = Counter()
    for i, turn in enumerate(turns):
        good = deployment.change() if turn == 'change' else deployment.restart(done['restart'])
        done[turn if good else turn + ' that failed'] += 1
        print(f'{i + 1} of {len(turns)}: {dict(done)}', file=sys.stderr, flush=True)
    deployment.await_active()
    for asker in askers:
        asker.ended = True
    for asker in askers:
        asker.join(5)
    journals = {node: deployment.journal(node) for node in NODES}
    if options.keep:
        with open(options.keep, 'w') as f:
            json.dump({'journals': journals, 'answers': {a.node: a.answers for a in askers}}, f)
    return judge(journals, {a.node: a.answers for a in askers}, {'silence': sum(a.silent for a in askers)})


if __name__ == '__main__':
    sys.exit(main())
