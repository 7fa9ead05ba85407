#!/usr/bin/env python3
"""What people who look cost those who are paged: a server with many open incidents, and rounds with and without a crowd at its pages.

    usage: benches/crowd.py ONCALL [--open 100000] [--rate 2000] [--streams 500] [--phones 200] [--seconds 20] [--rounds 5]

Run by hand, on a quiet machine, with the release binary. It starts `oncall serve --print` with a config of its own (`storm: never`) in a
scratch folder on disk, opens the incidents, and measures the first page: how long the server takes for it, and its bytes on the wire. Then
rounds take turns, without and with the crowd: each lets alerts come at the rate, repeats and new ones, and some that page, and reads from
`oncall_alert_seconds` how long it took inside the server from an alert that was read until its pages were handed out. The crowd has open event
streams, which ask for the first page when they are told of news, as a browser does, and phones that poll it with the ETag that they have. A
round without the crowd lies between two with it, so that other load on the machine touches both.

The clients are processes of their own, but they share the machine with the server: with two cores, the crowd's own work is in the
figures too. No package of Python is needed.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import pathlib
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

SECRET = "a-secret-for-a-bench-only"
# One integration may say 2,000 events a second: several share what is loaded and what comes.
INTEGRATIONS = 4
# The alerts of one request, while incidents are opened.
LOADED_AT_ONCE = 500
# A phone asks so often, in seconds; a page that is told of news asks at most once in three.
POLL = 15
TOLD = 3
# One person has so many streams at most; a browser has one.
STREAMS_EACH = 8
# Of what comes in a round, every such alert is a new incident that pages; the others are repeats, as most are.
NEW = 100


def people(options):
    """The ids of as many people as the crowd needs."""
    return [f"reader-{n}" for n in range(math.ceil(options.streams / STREAMS_EACH) + 1)]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def config(folder, port, people):
    files = {
        "oncall.yaml": f"""time_zone: Asia/Tokyo
language: en
fallback: last
public_url: http://127.0.0.1:{port}
defaults:
  storm: never
  notify: {{ high: [{{ by: slack }}, {{ by: call, after: 1h }}], low: [{{ by: slack }}] }}
  urgency:
    - {{ when: {{ severity: warning }}, urgency: none }}
    - {{ urgency: high }}
providers:
  slack: {{ bot_token: {{ env: BENCH_TOKEN }}, signing_secret: {{ env: BENCH_TOKEN }}, channel: C0BENCH }}
  twilio: {{ account_sid: AC00000000000000000000000000000000, auth_token: {{ env: BENCH_TOKEN }}, from: "+81 50 0000 0100" }}
""",
        "users/ann.yaml": "name: Ann\nslack: U0ANN\nphone: \"+81 90 0000 0001\"\n",
        "escalation-policies/last.yaml": "steps:\n  - { notify: [{ user: ann }], wait: 4h }\n",
        "services/web.yaml": "name: Web\nescalation_policy: last\n",
    }
    for n in range(people):
        files[f"users/reader-{n}.yaml"] = f"name: Reader {n}\nslack: U0READER{n}\n"
    for n in range(INTEGRATIONS):
        files[f"integrations/monitor-{n}.yaml"] = (
            "type: alertmanager\nsecret: { env: BENCH_SECRET }\nroutes: [{ service: web }]\n"
        )
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def alert(name, severity):
    labels = {"alertname": name, "severity": severity, "host": f"host-{name}", "region": "ap-northeast-1"}
    return {
        "status": "firing",
        "fingerprint": name,
        "labels": labels,
        "annotations": {"summary": f"{name} is not as it should be", "description": "A sentence of usual length about what is wrong."},
        "startsAt": "2026-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com/graph",
    }


def body(alerts):
    group = {"version": "4", "groupKey": "{}", "status": "firing", "receiver": "oncall", "externalURL": "http://alertmanager.example.com"}
    return json.dumps({**group, "alerts": alerts}).encode()


class Wire:
    """A connection that asks one thing after another."""

    def __init__(self, port):
        self.port, self.streams = port, None

    async def ask(self, method, path, headers=(), content=b""):
        """Status, headers and body, and how many bytes came over the wire."""
        for attempt in (0, 1):
            try:
                if self.streams is None:
                    self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
                return await self.once(method, path, headers, content)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if attempt:
                    raise

    async def once(self, method, path, headers, content):
        reader, writer = self.streams
        lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(content)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + content)
        head = await reader.readuntil(b"\r\n\r\n")
        status, said = int(head.split(b" ", 2)[1]), parsed(head)
        if said.get("transfer-encoding") == "chunked":
            text, wire = await chunks(reader)
        else:
            text = await reader.readexactly(int(said.get("content-length", 0)))
            wire = len(text)
        if said.get("connection") == "close":
            self.close()
        return status, said, text, len(head) + wire

    def close(self):
        if self.streams:
            self.streams[1].close()
        self.streams = None


def parsed(head):
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}


async def chunks(reader):
    text, wire = b"", 0
    while True:
        size = await reader.readuntil(b"\r\n")
        part = await reader.readexactly(int(size, 16) + 2)
        wire += len(size) + len(part)
        if len(part) == 2:
            return text, wire
        text += part[:-2]


async def signed_in(oncall, state, port, user):
    """The cookie of somebody who signed in by a link."""
    command = [oncall, "sign-in-link", "--user", user, "--state", state, "--url", f"http://127.0.0.1:{port}"]
    link = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    wire = Wire(port)
    path = link[link.index("/sign-in/"):]
    status, headers, text, _ = await wire.ask("POST", path, ["sec-fetch-site: same-origin"])
    assert status == 303, (status, text)
    wire.close()
    return "cookie: " + headers["set-cookie"].split(";")[0]


def histogram(text):
    """The buckets of the time that alerts took: bound and how many took at most that."""
    found = re.findall(r'^oncall_alert_seconds_bucket\{le="([^"]+)"\} (\d+)', text, re.M)
    return [(math.inf if bound == "+Inf" else float(bound), int(count)) for bound, count in found]


def quantile(before, after, part):
    """A quantile of what came between two readings, in milliseconds; within a bucket, as if evenly spread."""
    counts = [(bound, count - earlier) for (bound, count), (_, earlier) in zip(after, before)]
    total = counts[-1][1]
    if not total:
        return math.nan
    low, below = 0.0, 0
    for bound, count in counts:
        if count >= part * total:
            if math.isinf(bound):
                return low * 1000
            inside = (part * total - below) / max(count - below, 1)
            return (low + (bound - low) * inside) * 1000
        low, below = bound, count
    return math.nan


async def metrics(wire):
    status, _, text, _ = await wire.ask("GET", "/metrics")
    assert status == 200, status
    return text.decode()


async def load(port, count):
    """Opens so many incidents. Whoever is told to come again does: an integration may say 2,000 events a second in the long run."""
    async def share(n):
        wire = Wire(port)
        for first in range(n * LOADED_AT_ONCE, count, INTEGRATIONS * LOADED_AT_ONCE):
            names = range(first, min(first + LOADED_AT_ONCE, count))
            content = body([alert(f"open-{name}", "warning") for name in names])
            while True:
                status, headers, text, _ = await wire.ask("POST", f"/v1/webhooks/monitor-{n}/{SECRET}", ["content-type: application/json"], content)
                if status == 503:
                    await asyncio.sleep(float(headers.get("retry-after", 1)))
                    continue
                assert status == 202, (status, text)
                break
        wire.close()
    await asyncio.gather(*(share(n) for n in range(INTEGRATIONS)))


async def alerts_come(port, rate, seconds, label):
    """Alerts at a rate, each in a request of its own, from several monitors."""
    senders = 16
    late, refused = 0, 0

    async def sender(n):
        nonlocal late, refused
        wire, every = Wire(port), senders / rate
        begun, sent = time.monotonic() + n / rate, 0
        while True:
            at = begun + sent * every
            if at > begun + seconds:
                break
            wait = at - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            elif wait < -1:
                late += 1
            number = sent * senders + n
            one = alert(f"{label}-{number}", "critical") if number % NEW == 0 else alert(f"open-{number % 500}", "warning")
            path = f"/v1/webhooks/monitor-{number % INTEGRATIONS}/{SECRET}"
            status = (await wire.ask("POST", path, ["content-type: application/json"], body([one])))[0]
            refused += status != 202
            sent += 1
        wire.close()

    await asyncio.gather(*(sender(n) for n in range(senders)))
    return late, refused


def send(port, rate, seconds, label, told):
    told.send(asyncio.run(alerts_come(port, rate, seconds, label)))


def look(port, cookies, streams, phones, seconds, told):
    told.send(asyncio.run(crowd(port, cookies, streams, phones, seconds)))


async def crowd(port, cookies, streams, phones, seconds):
    """People at their pages. How many streams were open, and how many pages were read and not read again."""
    until = time.monotonic() + seconds
    seen = {"streams": 0, "refused": 0, "pages": 0, "same": 0}

    async def page(wire, cookie, tag):
        headers = [cookie, *([f"if-none-match: {tag}"] if tag else [])]
        status, said, _, _ = await wire.ask("GET", "/", headers)
        seen["same" if status == 304 else "pages"] += 1
        return said.get("etag", tag)

    async def phone(n):
        wire, tag, cookie = Wire(port), None, cookies[n % len(cookies)]
        await asyncio.sleep(POLL * n / max(phones, 1))
        while time.monotonic() < until:
            tag = await page(wire, cookie, tag)
            await asyncio.sleep(POLL)

    async def stream(n):
        cookie = cookies[n % len(cookies)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\n{cookie}\r\naccept: text/event-stream\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            seen["refused"] += 1
            writer.close()
            return
        seen["streams"] += 1
        wire, tag, last = Wire(port), None, 0
        while time.monotonic() < until:
            try:
                line = await asyncio.wait_for(reader.readline(), max(until - time.monotonic(), 0.01))
            except asyncio.TimeoutError:
                break
            if not line:
                break
            # Most pages are not looked at: of ten, one asks for what is new.
            if line.startswith(b"event: news") and n % 10 == 0 and time.monotonic() - last > TOLD:
                last = time.monotonic()
                tag = await page(wire, cookie, tag)
        writer.close()

    async def within(one):
        try:
            await asyncio.wait_for(one, max(until - time.monotonic(), 0.01) + 1)
        except (asyncio.TimeoutError, ConnectionError):
            pass

    await asyncio.gather(*(within(stream(n)) for n in range(streams)), *(within(phone(n)) for n in range(phones)))
    return seen


async def first_page(port, cookie):
    """How long the server takes for the first page, and its bytes."""
    wire, times, sizes = Wire(port), [], []
    for _ in range(20):
        begun = time.perf_counter()
        # As a browser asks, but for the words that it may have already.
        status, _, _, size = await wire.ask("GET", "/", [cookie, "accept-encoding: gzip, br"])
        times.append((time.perf_counter() - begun) * 1000)
        sizes.append(size)
        assert status == 200, status
    wire.close()
    print(f"first page: p50 {statistics.median(times):.1f} ms, slowest of {len(times)} {max(times):.1f} ms, {max(sizes) / 1000:.1f} kB on the wire")


async def rounds(options, oncall, state, port):
    cookies = [await signed_in(oncall, state, port, user) for user in people(options)]
    wire = Wire(port)
    await first_page(port, cookies[0])
    results = {False: [], True: []}
    # The first only warms up, and is not counted.
    for number in range(-1, 2 * options.rounds + 1):
        crowded = number > 0 and number % 2 == 1
        ours, theirs = multiprocessing.Pipe()
        looking = None
        if crowded:
            heard, told = multiprocessing.Pipe()
            arguments = (port, cookies, options.streams, options.phones, options.seconds + 3, told)
            looking = multiprocessing.Process(target=look, args=arguments)
            looking.start()
            await asyncio.sleep(2)
        before = histogram(await metrics(wire))
        sending = multiprocessing.Process(target=send, args=(port, options.rate, options.seconds, f"round-{number}", theirs))
        sending.start()
        await asyncio.to_thread(sending.join)
        text = await metrics(wire)
        after = histogram(text)
        count = after[-1][1] - before[-1][1]
        p50, p99 = (quantile(before, after, part) for part in (0.5, 0.99))
        said = ""
        if looking:
            await asyncio.to_thread(looking.join)
            seen = heard.recv()
            said = f"; {seen['streams']} streams ({seen['refused']} refused), {seen['pages']} pages, {seen['same']} of 304"
        late, refused = ours.recv()
        print(f"{'with' if crowded else 'without'} the crowd{' (warming up)' if number < 0 else ''}: {count / options.seconds:.0f} alerts/s, p50 {p50:.3f} ms, p99 {p99:.3f} ms, {late} sent late, {refused} refused{said}", flush=True)
        if number >= 0:
            results[crowded].append((p50, p99))
    median = {crowded: [statistics.median(it[part] for it in results[crowded]) for part in (0, 1)] for crowded in results}
    (p50, p99), (p50_with, p99_with) = median[False], median[True]
    print(f"medians: p50 {p50:.3f} ms without, {p50_with:.3f} ms with ({(p50_with / p50 - 1) * 100:+.1f} %; the goal is at most +10 %)")
    print(f"         p99 {p99:.3f} ms without, {p99_with:.3f} ms with ({p99_with - p99:+.3f} ms; the goal is at most +2 ms)")
    await first_page(port, cookies[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("oncall", type=pathlib.Path)
    for name, value in (("open", 100_000), ("rate", 2_000), ("streams", 500), ("phones", 200), ("seconds", 20), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    oncall = options.oncall.resolve()
    # Each stream and phone is a descriptor here and one in the server, which inherits this.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # Next to the build and not in /tmp, which may be in memory.
    with tempfile.TemporaryDirectory(dir=oncall.parent) as scratch:
        scratch, port = pathlib.Path(scratch), free_port()
        config(scratch / "config", port, len(people(options)))
        environment = {**os.environ, "BENCH_SECRET": SECRET, "BENCH_TOKEN": "xoxb-none"}
        command = [oncall, "serve", "--config", scratch / "config", "--state", scratch / "state", "--listen", f"127.0.0.1:{port}", "--print"]
        with open(scratch / "log", "w", encoding="utf-8") as log, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, env=environment) as server:
            try:
                until_ready(server, port, scratch / "log")
                begun = time.monotonic()
                asyncio.run(load(port, options.open))
                took = time.monotonic() - begun
                print(f"{options.open} incidents opened in {took:.1f} s ({options.open / took:.0f}/s)", flush=True)
                asyncio.run(rounds(options, oncall, scratch / "state", port))
            finally:
                server.terminate()
                server.wait(timeout=60)


def until_ready(server, port, log):
    for _ in range(300):
        try:
            if asyncio.run(Wire(port).ask("GET", "/readyz"))[0] == 200:
                return
        except (OSError, asyncio.IncompleteReadError):
            pass
        if server.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(log.read_text())


if __name__ == "__main__":
    main()
