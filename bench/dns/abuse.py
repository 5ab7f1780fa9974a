#!/usr/bin/env python3
"""Attacks a name server in network namespaces of its own, and says what its real clients notice. Needs root, gcc, iproute2.

abuse.py [--seconds 20] [--rate 0] [--connections 2000] [--server COMMAND] [--json FILE]

Phases, each as long as --seconds: nothing; a flood of UDP questions from made-up addresses (spoof.c; --rate packets a
second, 0: as many as the machine makes); a slow-loris of TCP connections from many networks, which send an octet a
second or none; both. All the while a client asks 100 questions a second over UDP, as a resolver does: after 0.4 s
again, then after 0.8 s and 1.6 s, and over TCP where it is told to, and 10 a second over TCP.

COMMAND serves peers/zone.db for gslb.test at port 5300 of every address, IPv4 and IPv6; ./mpp dns if it is left out.
Exit status 0 if in every phase at least 95 % of the questions were answered and the memory of the server did not grow
by more than 64 MiB from the end of the first phase.
"""
import argparse
import json
import os
import random
import re
import selectors
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 5300
ENOUGH = 0.95
MOST_GROWTH_MB = 64
TRIES = (0.4, 0.8, 1.6)
TCP_PATIENCE = 2.0
SERVER4, SERVER6 = '192.0.2.1', '2001:db8:2::1'    # towards the client
ATTACKED4, ATTACKED6 = '198.51.100.1', '2001:db8:1::1'  # towards the attacker
WWW = bytes([192, 0, 2, 10])  # of peers/zone.db


def query(name, number):
    labels = b''.join(bytes([len(x)]) + x.encode() for x in name.split('.')) + b'\0'
    return struct.pack('>HHHHHH', number, 0, 1, 0, 0, 1) + labels + b'\0\1\0\1' + b'\0\0\x29\4\xd0\0\0\0\0\0\0'


def good(number, answer):
    """None for what is not the answer, else whether it is whole, right, and not TC."""
    if len(answer) < 12 or struct.unpack('>H', answer[:2])[0] != number or not answer[2] & 0x80:
        return None
    if answer[2] & 2:
        return 'tc'
    return answer[3] & 15 == 0 and WWW in answer


class Udp:
    """One question of the client over UDP."""

    def __init__(self, loop, address):
        self.loop, self.number, self.tries = loop, random.randrange(65536), 0
        self.start = time.monotonic()
        self.socket = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.address = address
        self.socket.connect((address, PORT))
        loop.selector.register(self.socket, selectors.EVENT_READ, self)
        self.send()

    def send(self):
        self.deadline = time.monotonic() + TRIES[self.tries]
        self.tries += 1
        try:
            self.socket.send(query('www.gslb.test', self.number))
        except OSError:
            pass  # as lost as one that the network loses

    def ready(self):
        try:
            result = good(self.number, self.socket.recv(4096))
        except OSError:
            return
        if result == 'tc':
            self.end()
            Tcp(self.loop, self.address, self.start, 'udp')
        elif result is not None:
            self.end()
            self.loop.done('udp', result, self.tries == 1, self.start)

    def late(self):
        if self.tries < len(TRIES):
            self.send()
        else:
            self.end()
            self.loop.done('udp', False, False, self.start)

    def end(self):
        self.loop.remove(self)


class Tcp:
    """One question over TCP; a connection that is refused or closed is tried again, twice."""

    def __init__(self, loop, address, start=None, kind='tcp'):
        self.loop, self.address, self.kind, self.tries = loop, address, kind, 0
        self.start = start or time.monotonic()
        self.connect()

    def connect(self):
        self.tries += 1
        self.number, self.got, self.asked = random.randrange(65536), b'', False
        self.deadline = time.monotonic() + TCP_PATIENCE
        self.socket = socket.socket(socket.AF_INET6 if ':' in self.address else socket.AF_INET)
        self.socket.setblocking(False)
        self.socket.connect_ex((self.address, PORT))
        self.loop.selector.register(self.socket, selectors.EVENT_WRITE, self)
        self.loop.open.add(self)

    def ready(self):
        try:
            if not self.asked:
                message = query('www.gslb.test', self.number)
                self.socket.send(struct.pack('>H', len(message)) + message)
                self.asked = True
                self.loop.selector.modify(self.socket, selectors.EVENT_READ, self)
                return
            part = self.socket.recv(4096)
            self.got += part
            if not part:
                self.late()
            elif len(self.got) >= 2 and len(self.got) >= 2 + struct.unpack('>H', self.got[:2])[0]:
                self.end()
                self.loop.done(self.kind, good(self.number, self.got[2:]) is True, self.tries == 1, self.start)
        except OSError:
            self.late()

    def late(self):
        self.end()
        if self.tries < len(TRIES):
            self.connect()
        else:
            self.loop.done(self.kind, False, False, self.start)

    def end(self):
        self.loop.remove(self)


class Client:
    """What resolvers do, and how it goes."""

    def __init__(self, seconds):
        self.seconds, self.selector, self.open = seconds, selectors.DefaultSelector(), set()
        self.results = {'udp': [], 'tcp': []}

    def remove(self, one):
        self.open.discard(one)
        self.selector.unregister(one.socket)
        one.socket.close()

    def done(self, kind, right, first, start):
        self.results[kind].append((right, first, time.monotonic() - start))

    def run(self):
        start = time.monotonic()
        due = {'udp': start, 'tcp': start}
        pace = {'udp': 0.01, 'tcp': 0.1}
        while True:
            now = time.monotonic()
            if now < start + self.seconds:
                for kind, make in (('udp', Udp), ('tcp', Tcp)):
                    if now >= due[kind]:
                        # No burst to make up for a pause of this program itself.
                        due[kind] = max(due[kind] + pace[kind], now - 0.5)
                        self.open.add(make(self, random.choice((SERVER4, SERVER6))))
            elif not self.open:
                break
            for key, _ in self.selector.select(0.005):
                key.data.ready()
            now = time.monotonic()
            for one in [o for o in self.open if o.deadline < now]:
                one.late()
        print(json.dumps({kind: self.summary(kind) for kind in self.results}))

    def summary(self, kind):
        every = self.results[kind]
        times = sorted(t for right, _, t in every if right) or [float('nan')]
        return {'asked': len(every), 'answered': sum(r for r, _, _ in every) / max(1, len(every)),
                'first': sum(r and f for r, f, _ in every) / max(1, len(every)),
                'p50': statistics.median(times) * 1000, 'p99': times[int(len(times) * .99)] * 1000}


def loris(seconds, count):
    """Connections from as many networks as there are; whoever is closed comes back."""
    end = time.monotonic() + seconds
    open_ones, opened, sent_at = {}, 0, 0.0
    while time.monotonic() < end:
        for _ in range(min(50, count - len(open_ones))):
            four = random.random() < 0.5
            s = socket.socket(socket.AF_INET if four else socket.AF_INET6)
            s.setblocking(False)
            try:
                if four:
                    s.bind((f'198.51.100.{random.randrange(128, 255)}', 0))
                    s.connect_ex((ATTACKED4, PORT))
                else:
                    s.bind((f'2001:db8:{random.randrange(0x100, 0x200):x}:{random.randrange(65536):x}::1', 0))
                    s.connect_ex((ATTACKED6, PORT))
            except OSError:
                s.close()
                continue
            open_ones[s] = random.random() < 0.5  # whether it sends anything at all
            opened += 1
        if time.monotonic() - sent_at >= 1:
            sent_at = time.monotonic()
            for s in list(open_ones):
                try:
                    if open_ones[s]:
                        s.send(b'\0')
                    if not s.recv(1):
                        raise ConnectionResetError
                except BlockingIOError:
                    pass
                except OSError:
                    del open_ones[s]
                    s.close()
        time.sleep(0.01)
    print(json.dumps({'opened': opened}))


def run(*words):
    subprocess.run(words, check=True)


class Network:
    """Server, attacker and client in a namespace each."""

    def __init__(self):
        name = f'dnsabuse{os.getpid()}'
        self.server, self.attacker, self.client = (f'{name}-{x}' for x in 'sac')

    def __enter__(self):
        for namespace in (self.server, self.attacker, self.client):
            run('ip', 'netns', 'add', namespace)
            self.ip(namespace, 'link', 'set', 'lo', 'up')
        self.link(self.attacker, 'atk', ATTACKED4, '198.51.100.2', ATTACKED6, '2001:db8:1::2')
        self.link(self.client, 'cli', SERVER4, '192.0.2.2', SERVER6, '2001:db8:2::2')
        # What answers made-up addresses leads to the attacker, who has the networks that its connections come from.
        self.ip(self.server, 'route', 'add', 'default', 'via', '198.51.100.2')
        self.ip(self.server, '-6', 'route', 'add', 'default', 'via', '2001:db8:1::2')
        self.ip(self.attacker, 'route', 'add', 'local', '198.51.100.128/25', 'dev', 'lo')
        self.ip(self.attacker, '-6', 'route', 'add', 'local', '2001:db8:100::/40', 'dev', 'lo')
        self.set(self.attacker, 'net.ipv4.ip_nonlocal_bind=1', 'net.ipv6.ip_nonlocal_bind=1')
        return self

    def ip(self, namespace, *words):
        run('ip', '-n', namespace, *words)

    def set(self, namespace, *settings):
        run('ip', 'netns', 'exec', namespace, 'sysctl', '-qw', *settings)

    def link(self, namespace, name, own4, other4, own6, other6):
        self.ip(self.server, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth', 'netns', namespace)
        for where, device, four, six in ((self.server, name, own4, own6), (namespace, 'eth', other4, other6)):
            self.set(where, f'net.ipv4.conf.{device}.rp_filter=0', 'net.ipv4.conf.all.rp_filter=0',
                     f'net.ipv6.conf.{device}.accept_dad=0')
            self.ip(where, 'link', 'set', device, 'up')
            self.ip(where, 'addr', 'add', four + '/25', 'dev', device)
            self.ip(where, 'addr', 'add', six + '/64', 'dev', device, 'nodad')

    def mac(self):
        out = subprocess.run(['ip', '-n', self.server, 'link', 'show', 'atk'], capture_output=True, text=True, check=True)
        return re.search(r'link/ether (\S+)', out.stdout).group(1)

    def start(self, namespace, *words, **more):
        return subprocess.Popen(['ip', 'netns', 'exec', namespace, *words], start_new_session=True, **more)

    def __exit__(self, *_):
        for namespace in (self.server, self.attacker, self.client):
            pids = subprocess.run(['ip', 'netns', 'pids', namespace], capture_output=True, text=True, check=False).stdout
            for pid in pids.split():
                os.kill(int(pid), signal.SIGKILL)
            subprocess.run(['ip', 'netns', 'del', namespace], check=False)


def memory(session):
    """MB of every process of the server."""
    total = 0
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            if os.getsid(int(pid)) == session:
                with open(f'/proc/{pid}/status') as f:
                    total += sum(int(x.split()[1]) for x in f if x.startswith('VmRSS:'))
        except (OSError, ProcessLookupError):
            pass
    return total / 1024


def phase(network, server, options, work, flood, slow):
    seconds = options.seconds
    attackers = []
    if flood:
        attackers.append(('flood', network.start(
            network.attacker, f'{work}/spoof', 'eth', network.mac(), ATTACKED4, ATTACKED6, str(PORT), str(seconds + 1),
            str(options.rate), stdout=subprocess.PIPE, text=True)))
    if slow:
        attackers.append(('loris', network.start(
            network.attacker, sys.executable, __file__, '_loris', str(seconds + 1), str(options.connections),
            stdout=subprocess.PIPE, text=True)))
    client = network.start(network.client, sys.executable, __file__, '_client', str(seconds), stdout=subprocess.PIPE,
                           text=True)
    result = json.loads(client.communicate(timeout=seconds * 4 + 60)[0])
    for name, process in attackers:
        out = process.communicate(timeout=seconds * 4 + 60)[0]
        result[name] = int(out) / (seconds + 1) if name == 'flood' else json.loads(out)['opened']
    if server.poll() is not None:
        raise RuntimeError('the server ended')
    result['memory'] = memory(server.pid)
    return result


def wait_for(network, server):
    for _ in range(300):
        probe = network.start(network.client, sys.executable, __file__, '_client', '0.05', stdout=subprocess.PIPE, text=True)
        if json.loads(probe.communicate()[0])['udp']['answered'] == 1:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError('the server does not answer')


def attack(options, work):
    results = {}
    with Network() as network:
        command = options.server or f'{HERE}/../../mpp dns --zone {HERE}/peers/zone.db --listen [::]:{PORT}'
        server = network.start(network.server, 'sh', '-c', command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        wait_for(network, server)
        for name, flood, slow in (('nothing', 0, 0), ('flood', 1, 0), ('loris', 0, 1), ('both', 1, 1)):
            results[name] = phase(network, server, options, work, flood, slow)
            show(name, results[name])
    return results


def show(name, r):
    print(f"{name:8} udp {100 * r['udp']['answered']:6.2f} % ({100 * r['udp']['first']:6.2f} % at once, "
          f"p99 {r['udp']['p99']:7.1f} ms, {r['udp']['asked']} asked)  tcp {100 * r['tcp']['answered']:6.2f} % "
          f"({r['tcp']['asked']})  flood {r.get('flood', 0) / 1000:6.1f} k/s  loris {r.get('loris', 0)} connections  "
          f"memory {r['memory']:.0f} MB", flush=True)


def verdict(results):
    wrong = [f'{name}: {kind} {100 * r[kind]["answered"]:.1f} %' for name, r in results.items()
             for kind in ('udp', 'tcp') if not r[kind]['answered'] >= ENOUGH]
    growth = max(r['memory'] for r in results.values()) - results['nothing']['memory']
    if growth > MOST_GROWTH_MB:
        wrong.append(f'memory grew by {growth:.0f} MB')
    print('FAILED: ' + '; '.join(wrong) if wrong else f'passed; memory grew by {growth:.0f} MB')
    return 1 if wrong else 0


def main():
    if len(sys.argv) > 2 and sys.argv[1] == '_client':
        return Client(float(sys.argv[2])).run()
    if len(sys.argv) > 3 and sys.argv[1] == '_loris':
        return loris(float(sys.argv[2]), int(sys.argv[3]))
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--seconds', type=int, default=20)
    parser.add_argument('--rate', type=int, default=0)
    parser.add_argument('--connections', type=int, default=2000)
    parser.add_argument('--server')
    parser.add_argument('--json')
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error('network namespaces need root')
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left behind
    work = tempfile.mkdtemp(prefix='dns-abuse-')
    try:
        run('gcc', '-O2', '-o', f'{work}/spoof', f'{HERE}/spoof.c')
        results = attack(options, work)
    finally:
        shutil.rmtree(work)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(results, f)
    return verdict(results)


if __name__ == '__main__':
    sys.exit(main())
