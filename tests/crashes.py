#!/usr/bin/env python3
"""What people ask for at run time survives `kill -9`: every command by the CLI, the server killed as soon as it has answered, started again
on the same state; then the effect must hold and happen (a page, an end, a thread). Slack, Twilio and Jira are stand-ins.

    usage: tests/crashes.py ONCALL            every row; a table at the end
           tests/crashes.py ONCALL storm      5,000 alerts of one service in a minute, with the settings of example-config
           tests/crashes.py ONCALL flapping   one alert that fires and clears every 2 s for 10 minutes (or `flapping SECONDS`)

Time is real here, so spans are short, and nothing is waited for longer than it takes to come.
"""

import base64
import datetime
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).parent.parent
READY_MAX = 60
SEEN_MAX = 30
PUBLIC = "https://oncall.example.com"
SECRETS = {"SLACK_BOT_TOKEN": "xoxb-crashes", "SLACK_SIGNING_SECRET": "signing", "TWILIO_AUTH_TOKEN": "twilio", "API_TOKEN": "api-token-0123456789abcdef0123",
           "HOOK_SECRET": "hook-0123456789abcdef0123456789", "JIRA_API_TOKEN": "jira"}

CONFIG = {
    "oncall.yaml": """time_zone: Asia/Tokyo
language: en
fallback: last
public_url: https://oncall.example.com
providers:
  slack: {{ bot_token: {{ env: SLACK_BOT_TOKEN }}, signing_secret: {{ env: SLACK_SIGNING_SECRET }}, channel: C0ROOM, api_url: {api}/slack }}
  twilio: {{ account_sid: AC0000, auth_token: {{ env: TWILIO_AUTH_TOKEN }}, from: "+815012345678", api_url: {api}/twilio }}
api_tokens: [{{ name: ops, token: {{ env: API_TOKEN }}, may: [view, respond, act_for] }}]
defaults:
  notify: {{ high: [{{ by: slack }}, {{ by: call }}], low: [{{ by: slack }}] }}
  urgency: [{{ when: {{ severity: [critical, error] }}, urgency: high }}, {{ urgency: low }}]
  storm: never
""",
    "users/alice.yaml": 'name: Alice\nslack: U0ALICE\nphone: "+819000000001"\n',
    "users/bob.yaml": 'name: Bob\nslack: U0BOB\nphone: "+819000000002"\n',
    "users/carol.yaml": 'name: Carol\nslack: U0CAROL\nphone: "+819000000003"\n',
    "users/dan.yaml": 'name: Dan\nslack: U0DAN\nphone: "+819000000004"\n',
    "schedules/first.yaml": "name: First\nlayers: [{ name: always, members: [alice] }]\n",
    "schedules/second.yaml": "name: Second\nlayers: [{ name: always, members: [bob] }]\n",
    "schedules/third.yaml": "name: Third\nlayers: [{ name: always, members: [dan] }]\n",
    "escalation-policies/web.yaml": "steps: [{ notify: [{ schedule: first }], wait: 10s }, { notify: [{ schedule: second }], wait: 1h }]\n",
    "escalation-policies/slow.yaml": "steps: [{ notify: [{ schedule: first }], wait: 1h }]\n",
    "escalation-policies/db.yaml": "steps: [{ notify: [{ user: carol }], wait: 1h }]\n",
    "escalation-policies/last.yaml": "steps: [{ notify: [{ user: dan }], wait: 1h }]\n",
    "services/web.yaml": "name: Web\nescalation_policy: web\n",
    "services/slow.yaml": "name: Slow\nescalation_policy: slow\n",
    "services/db.yaml": "name: Database\nescalation_policy: db\nslack_channel: C0DB\n",
    "services/quiet.yaml": "name: Quiet\nescalation_policy: slow\n",
    "integrations/g.yaml": "type: generic\nsecret: { env: HOOK_SECRET }\nroutes: [{ service_from: labels.service }, { service: slow }]\n",
}


class StandIn:
    """Answers as Slack, Twilio, Jira and ntfy do, and remembers every request with its time."""

    def __init__(self):
        self.seen, self.lock, self.server_url = [], threading.Lock(), ""
        outer = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length).decode("utf-8", "replace")
                with outer.lock:
                    number = len(outer.seen)
                    outer.seen.append((time.time(), self.path, body))
                status, answer = outer.answer(self.path, body, number)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                try:
                    self.wfile.write(data)
                except OSError:
                    pass

            do_GET = do_PUT = do_DELETE = do_POST

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 128

            def handle_error(self, *_):
                pass

        self.listener = Listener(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.listener.server_port}"
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def answer(self, path, body, number):
        if path.startswith("/slack"):
            return 200, {"ok": True, "channel": "C0", "ts": f"1700000000.{number:06d}"}
        if "Calls.json" in path:
            sid = f"CA{number:032d}"
            form = urllib.parse.parse_qs(body)
            # Nobody picks up: the phone is free again soon.
            threading.Timer(0.4, self.rang_out, (sid, form.get("StatusCallback", [""])[0])).start()
            return 201, {"sid": sid, "status": "queued"}
        if path.startswith("/twilio"):
            return 200, {"sid": path.split("/")[-1].split(".")[0], "status": "no-answer"}
        if "transitions" in path:
            return 200, {"transitions": []}
        return 201, {"id": str(number), "key": f"OPS-{number}", "issues": [], "isLast": True}

    def rang_out(self, sid, callback):
        form = {"CallSid": sid, "CallStatus": "no-answer", "AccountSid": "AC0000"}
        text = callback + "".join(key + form[key] for key in sorted(form))
        mac = base64.b64encode(hmac.new(SECRETS["TWILIO_AUTH_TOKEN"].encode(), text.encode(), hashlib.sha1).digest()).decode()
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": mac}
        url = callback.replace(PUBLIC, self.server_url)
        try:
            urllib.request.urlopen(urllib.request.Request(url, urllib.parse.urlencode(form).encode(), headers), timeout=5)
        except (OSError, ValueError):
            pass  # It is being killed at this moment; the next question finds it out.

    def requests(self, since=0):
        with self.lock:
            return self.seen[since:]

    def slack(self, since=0):
        """(time, method, what) of everything that was said in Slack."""
        found = []
        for at, path, body in self.requests(since):
            if path.startswith("/slack/chat."):
                try:
                    found.append((at, path.split(".")[-1], json.loads(body)))
                except ValueError:
                    found.append((at, path.split(".")[-1], dict(urllib.parse.parse_qsl(body))))
        return found

    def calls(self, since=0):
        calls = [(at, urllib.parse.parse_qs(body)) for at, path, body in self.requests(since) if "Calls.json" in path]
        return [(at, form["To"][0], form.get("Twiml", [""])[0]) for at, form in calls]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def poll(look, seconds=SEEN_MAX, every=0.05):
    """What `look` finds, as soon as it finds something."""
    end = time.time() + seconds
    while True:
        found = look()
        if found or time.time() > end:
            return found
        time.sleep(every)


class Server:
    """`oncall serve` on a config and a state, which is killed and started again at the same address."""

    def __init__(self, binary, folder, stand_in, env=None):
        self.binary, self.folder, self.stand_in = binary, pathlib.Path(folder), stand_in
        self.port = free_port()
        self.url = stand_in.server_url = f"http://127.0.0.1:{self.port}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("ONCALL_")} | SECRETS | (env or {})
        self.env |= {"ONCALL_TOKEN": SECRETS["API_TOKEN"], "ONCALL_URL": self.url}
        self.log = open(self.folder / "log", "ab")
        self.process = None
        self.start()

    def start(self):
        command = [self.binary, "serve", "--config", str(self.folder / "config"), "--state", str(self.folder / "state")]
        command += ["--listen", f"127.0.0.1:{self.port}", "--interval", "1s"]
        self.process = subprocess.Popen(command, env=self.env, stdout=self.log, stderr=self.log)
        if not poll(self.is_ready, READY_MAX):
            self.kill()
            sys.exit("it is not ready: " + (self.folder / "log").read_text()[-600:])

    def is_ready(self):
        if self.process.poll() is not None:
            sys.exit("it ended: " + (self.folder / "log").read_text()[-600:])
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def cli(self, *words, fails=False):
        done = subprocess.run([self.binary, *words], env=self.env, capture_output=True, text=True, timeout=60)
        if (done.returncode != 0) != fails:
            raise AssertionError(f"oncall {' '.join(words)}: {done.returncode} {done.stdout} {done.stderr}")
        return done.stdout

    def asked(self, *words):
        """An answer as JSON."""
        return json.loads(self.cli(*words, "--format", "json"))

    def hook(self, integration, secret, body):
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/v1/webhooks/{integration}/{secret}", data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status


class Rows:
    """Every row: what was done, and what was seen after the crash."""

    def __init__(self, server):
        self.server, self.stand_in, self.rows, self.later, self.begun = server, server.stand_in, [], [], {}

    def run(self, row, *words):
        """A command; the server is gone as soon as it has answered. What came since is in `self.since`."""
        self.since = len(self.stand_in.requests())
        # Without a server's address, these two write files.
        more = ["--url", self.server.url] if words[1] == "add" and words[0] in ("override", "silence") else []
        said = self.server.cli(*words, *more)
        self.server.kill()
        self.server.start()
        self.row = row
        return said

    def sees(self, what, look, seconds=SEEN_MAX):
        began = time.time()
        found = poll(look, seconds)
        self.rows.append((self.row, what, bool(found), time.time() - began))
        print(f"{'ok  ' if found else 'FAIL'} {self.row}: {what}", flush=True)

    def sees_later(self, what, look, seconds=90):
        self.later.append((self.row, what, look, time.time() + seconds))

    def end(self):
        for self.row, what, look, until in self.later:
            self.sees(what, look, max(until - time.time(), 1))

    # What is looked for.

    def incident(self, id):
        return self.server.asked("incident", id)

    def is_(self, id, **wanted):
        return lambda: (it := self.incident(id)) and all(it[key] == value for key, value in wanted.items())

    def told(self, member, words, since=None):
        """The member got a message of their own with these words."""
        since = self.since if since is None else since
        def look():
            own = [m for _, how, m in self.stand_in.slack(since) if how == "postMessage" and m.get("channel") == member]
            return any(words in json.dumps(m, ensure_ascii=False) for m in own)
        return look

    def called(self, number, since):
        return lambda: any(to == number for _, to, _ in self.stand_in.calls(since))

    def threads(self, words):
        """A reply in some thread with these words; what a thread is of is looked at in `one_thread`."""
        since = self.since
        def look():
            replies = [m for _, how, m in self.stand_in.slack(since) if how == "postMessage" and m.get("thread_ts")]
            return any(words in json.dumps(m, ensure_ascii=False) for m in replies)
        return look

    def rooms(self, channel, words):
        since = self.since
        def look():
            posts = [m for _, how, m in self.stand_in.slack(since) if m.get("channel") == channel]
            return any(words in json.dumps(m, ensure_ascii=False) for m in posts)
        return look

    def on_call(self, schedule, user, at=None):
        def look():
            words = ["who", schedule] if at is None else ["who", schedule, "--at", at]
            return self.who(schedule, at) == [user]
        return look

    def who(self, schedule, at=None):
        query = urllib.parse.urlencode({"schedule": schedule} | ({"at": at} if at else {}))
        request = urllib.request.Request(f"{self.server.url}/v1/who?{query}", headers={"authorization": f"Bearer {SECRETS['API_TOKEN']}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)["schedules"][0]["users"]

    def page(self, service, words, severity="critical"):
        return self.server.asked("page", service, words, "--severity", severity)["id"]


def in_seconds(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def made(text):
    """The number of what an answer says was made."""
    return str(json.loads(text)["id"])


def incidents(rows):
    run, sees, page = rows.run, rows.sees, rows.page
    one = json.loads(run("declare", "page", "web", "orders hang", "--format", "json"))["id"]
    sees("it is there, and Alice is told", rows.told("U0ALICE", "orders hang"))
    run("acknowledge", "incident", one, "acknowledge")
    sees("it is taken", rows.is_(one, status="acknowledged"))
    sees("its thread says so", rows.threads("Acknowledged by"))
    taken = time.time()

    snoozed = page("slow", "disk is slow")
    poll(rows.told("U0ALICE", "disk is slow", 0))
    run("snooze", "incident", snoozed, "snooze", "1m")
    sees("it is put aside", rows.is_(snoozed, status="acknowledged", snoozed=True))
    rows.sees_later("a minute later Alice is told anew", rows.told("U0ALICE", "disk is slow", rows.since), 100)
    until = in_seconds(45)
    said = run("override, its end", "override", "add", "third", "--with", "carol", "--until", until, "--reason", "short", "--confirm", "--format", "json")
    sees("Carol has the shift", rows.on_call("third", "carol"))
    rows.sees_later("it ends by itself: Dan has it again", rows.on_call("third", "dan"), 90)
    until = in_seconds(45)
    run("silence, its end", "silence", "add", "--service", "quiet", "--until", until, "--reason", "upgrade", "--confirm")
    muted = rows.server.hook("g", SECRETS["HOOK_SECRET"], {"dedup_key": "muted", "summary": "queue is full", "severity": "critical", "labels": {"service": "quiet"}})
    quiet = poll(lambda: [it for it in rows.server.asked("incidents")["incidents"] if it["summary"] == "queue is full"])[0]
    sees("what fires is muted", lambda: quiet["held_back"] and not rows.told("U0ALICE", "queue is full")())
    rows.sees_later("at its end Alice is told of what still fires", rows.told("U0ALICE", "queue is full", rows.since), 90)

    rows.row = "acknowledge"
    poll(lambda: time.time() > taken + 12, 12)
    sees("step 2 does not come while it is taken", lambda: not rows.told("U0BOB", "orders hang", 0)())
    run("unacknowledge", "incident", one, "unacknowledge")
    sees("Alice is told anew", rows.told("U0ALICE", "orders hang"))
    sees("step 2 comes: Bob is told", rows.told("U0BOB", "orders hang"))

    other = page("slow", "payments fail")
    poll(rows.told("U0ALICE", "payments fail", 0))
    run("resolve", "incident", other, "resolve", "it was the proxy")
    sees("it is over", rows.is_(other, status="resolved"))
    sees("its thread has the reason", rows.threads("it was the proxy"))
    run("reopen", "incident", other, "reopen")
    sees("Alice is told anew", rows.told("U0ALICE", "payments fail"))
    sees("it goes on in its thread", rows.threads("Opened again by"))
    run("reassign", "incident", other, "reassign", "--user", "carol")
    sees("Carol is told", rows.told("U0CAROL", "payments fail"))
    run("escalate", "incident", other, "escalate")
    sees("somebody else is told: the fallback's Dan", rows.told("U0DAN", "payments fail"))
    run("page also", "incident", other, "page-also", "--user", "bob")
    sees("Bob is told", rows.told("U0BOB", "payments fail"))
    run("note", "incident", other, "note", "looking at the proxy")
    sees("its timeline has it", lambda: "looking at the proxy" in json.dumps(rows.incident(other)["timeline"]))
    rows.sees_later("within a minute the thread has it", rows.threads("looking at the proxy"), 70)

    low = page("slow", "certificate ends", "warning")
    poll(rows.told("U0ALICE", "certificate ends", 0))
    calls = len(rows.stand_in.requests())
    run("raise", "incident", low, "raise")
    sees("it is urgent", rows.is_(low, urgency="high"))
    sees("Alice is called", rows.called("+819000000001", calls))
    run("lower", "incident", low, "lower")
    sees("it can wait", rows.is_(low, urgency="low"))
    run("move", "incident", low, "move", "db")
    sees("it is the other service's", rows.is_(low, service="db"))
    sees("its room shows it", rows.rooms("C0DB", "certificate ends"))
    run("merge", "incident", low, "merge", other)
    sees("it closed as merged", rows.is_(low, status="resolved", merged_into=other))
    sees("its thread says where to", rows.threads(other))
    run("unmerge", "incident", low, "unmerge")
    sees("it is open again", lambda: rows.incident(low)["status"] != "resolved")
    run("silence of an incident", "incident", other, "silence", "known")
    sees("it is quiet", lambda: rows.incident(other)["held_back"])


def everything_else(rows):
    run, sees = rows.run, rows.sees
    number = made(run("override", "override", "add", "first", "--with", "bob", "--for", "2h", "--reason", "ill", "--confirm", "--format", "json"))
    sees("Bob has the shift", rows.on_call("first", "bob"))
    sees("Bob hears of it", rows.told("U0BOB", "First"))
    sees("Alice hears of it", rows.told("U0ALICE", "First"))
    new = rows.page("slow", "while Bob stands in")
    sees("a page goes to Bob", rows.told("U0BOB", "while Bob stands in"))
    run("I cannot", "override", "cannot", number, "--as", "bob")
    sees("the room hears that Bob cannot", rows.rooms("C0ROOM", "Bob"))
    rows.server.cli("incident", new, "resolve")
    run("end of an override", "override", "end", number)
    sees("Alice has it again", rows.on_call("first", "alice"))
    number = made(run("take", "take", "second", "--user", "carol", "--for", "2h", "--confirm", "--format", "json"))
    sees("Carol has the shift", rows.on_call("second", "carol"))
    folder = rows.server.folder / "config"
    rows.server.cli("override", "pull", "--url", rows.server.url, str(folder))
    written = folder / "overrides/run-time.yaml"
    rows.row = "retirement in git"
    sees("the pulled file names it", lambda: written.exists() and number in written.read_text())
    here = lambda: [it["id"] for it in rows.server.asked("override", "list")["overrides"] if it["schedule"] == "second"]
    sees("git has it, and the run-time copy retires", lambda: here() and all("run-time.yaml" in str(id) for id in here()))
    rows.server.kill()
    rows.server.start()
    sees("Carol has the shift still", rows.on_call("second", "carol"))
    sees("nothing of it came back", lambda: here() and all("run-time.yaml" in str(id) for id in here()))

    number = made(run("silence", "silence", "add", "--service", "quiet", "--for", "2h", "--reason", "move", "--confirm", "--format", "json"))
    sees("it runs", lambda: any(str(it["id"]) == number for it in rows.server.asked("silence", "list")["silences"]))
    rows.server.hook("g", SECRETS["HOOK_SECRET"], {"dedup_key": "again", "summary": "queue is slow", "severity": "critical", "labels": {"service": "quiet"}})
    run("end of a silence", "silence", "end", number)
    sees("Alice is told of what fires", rows.told("U0ALICE", "queue is slow"))
    run("silence of everything", "silence", "add", "--everything", "--for", "1h", "--reason", "the move", "--confirm")
    sees("the room hears that it begins", rows.rooms("C0ROOM", "silenced everything"))
    number = next(str(it["id"]) for it in rows.server.asked("silence", "list")["silences"] if it["reason"] == "the move")
    run("end of that silence", "silence", "end", number)
    sees("the room hears that it is over", rows.rooms("C0ROOM", "is over"))

    run("away", "away", "--user", "alice", "--for", "2h", "--cover", "dan", "--confirm")
    sees("Dan stands in", rows.on_call("first", "dan"))
    run("back", "back", "--user", "alice")
    sees("Alice has her shift again", rows.on_call("first", "alice"))
    number = made(run("offer", "offer", "add", "first", "--user", "alice", "--from", "3h", "--for", "1h", "--to", "carol", "--format", "json"))
    sees("Carol is asked", rows.told("U0CAROL", "First"))
    run("accept", "offer", "accept", number, "--user", "carol", "--confirm")
    at = in_seconds(3.5 * 3600)
    sees("Carol has the shift", rows.on_call("first", "carol", at))


def what_is_open(rows):
    """A preview beside what is open, by the server and by its state directory."""
    body = rows.server.folder / "alert.json"
    body.write_text(json.dumps({"dedup_key": "again", "summary": "queue is slow", "severity": "critical", "labels": {"service": "quiet"}}))
    rows.row = "dry-run beside what is open"
    config = str(rows.server.folder / "config")
    for name, place in (("the server", rows.server.url), ("its state directory", str(rows.server.folder / "state"))):
        said = json.loads(rows.server.cli("dry-run", "--alert", str(body), "--integration", "g", "--open", place, "--format", "json", config))
        rows.sees(f"{name} has the alert open already", lambda: said["alerts"][0]["becomes"] == "changes")


def all_rows(binary):
    with tempfile.TemporaryDirectory() as folder:
        stand_in = StandIn()
        for path, text in CONFIG.items():
            file = pathlib.Path(folder) / "config" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("{api}", stand_in.url).replace("{{", "{").replace("}}", "}") if path == "oncall.yaml" else text)
        server = Server(binary, folder, stand_in)
        rows = Rows(server)
        began = time.time()
        try:
            incidents(rows)
            everything_else(rows)
            what_is_open(rows)
            rows.end()
        finally:
            server.kill()
        print(f"\n{'command, then kill -9':28} seen after the start")
        for row, what, holds, took in rows.rows:
            print(f"{row:28} {'' if holds else 'NOT '}{what} ({took:.1f} s)")
        failed = [row for row in rows.rows if not row[2]]
        print(f"\n{len(rows.rows)} effects of {len({row[0] for row in rows.rows})} rows, {len(failed)} not seen, in {time.time() - began:.0f} s")
        return 1 if failed else 0


def example(folder, stand_in):
    """The example's config, with stand-ins for providers."""
    config = pathlib.Path(folder) / "config"
    shutil.copytree(ROOT / "example-config", config)
    file = config / "oncall.yaml"
    text = file.read_text()
    text = text.replace("  slack:\n", f"  slack:\n    api_url: {stand_in.url}/slack\n", 1).replace("  twilio:\n", f"  twilio:\n    api_url: {stand_in.url}/twilio\n", 1)
    text = text.replace("https://hanamaru.atlassian.net", f"{stand_in.url}/jira").replace("https://ntfy.example.com", f"{stand_in.url}/ntfy")
    file.write_text(text)
    names = set(re.findall(r"\benv: ([A-Z0-9_]+)", "".join(it.read_text() for it in config.rglob("*.yaml"))))
    env = {name: f"{name.lower()}-0123456789abcdef" for name in names if name not in SECRETS}
    env["ONCALL_TOKEN_CI"] = SECRETS["API_TOKEN"]
    env["GOOGLE_CHAT_SEARCH_URL"] = "https://chat.googleapis.com/v1/spaces/X/messages?key=k&token=t"
    return env


def alertmanager(key, status, **labels):
    alert = {"status": status, "labels": {"severity": "critical", **labels}, "annotations": {"summary": f"{key} fails"}, "fingerprint": key,
             "startsAt": datetime.datetime.now(datetime.timezone.utc).isoformat(), "endsAt": "0001-01-01T00:00:00Z"}
    return {"version": "4", "alerts": [alert]}


def storm(binary, alerts=5000, seconds=60):
    with tempfile.TemporaryDirectory() as folder:
        stand_in = StandIn()
        env = example(folder, stand_in)
        server = Server(binary, folder, stand_in, env)
        secret = env["PROMETHEUS_WEBHOOK_SECRET"]
        try:
            began, other = time.time(), None
            for n in range(alerts):
                if n == alerts // 2:
                    other = time.time()
                    server.hook("prometheus", secret, alertmanager("other", "firing", service="platform"))
                server.hook("prometheus", secret, alertmanager(f"a{n}", "firing", service="checkout"))
                time.sleep(max(0.0, began + n * seconds / alerts - time.time()))
            sent = time.time() - began
            poll(lambda: [it for it in stand_in.calls() if "other" in it[2] or "Platform" in it[2]], 30)
            time.sleep(max(0.0, began + seconds + 30 - time.time()))
            calls = stand_in.calls()
            late = [at - other for at, _, twiml in calls if "other" in twiml or "Platform" in twiml]
            room = [(at, how, m) for at, how, m in stand_in.slack() if m.get("channel") == "C0CHECKOUT" and how == "postMessage" and not m.get("thread_ts")]
            open_ = server.asked("incidents", "--limit", "100")["incidents"]
        finally:
            server.kill()
        print(f"{alerts} alerts of checkout in {sent:.0f} s")
        for at, to, twiml in calls:
            print(f"  +{at - began:5.1f} s call to {to}: {' '.join(re.sub('<[^>]+>', ' ', twiml).split())[:200]}")
        print(f"page of the other service: {', '.join(f'{it:.2f} s' for it in late) or 'NONE'} after its alert")
        per_minute = [sum(1 for at, _, _ in room if began + 60 * n <= at < began + 60 * (n + 1)) for n in range(2)]
        print(f"messages in the room of checkout, by minute: {per_minute}")
        print(f"open incidents: {sum(1 for it in open_ if it['service'] == 'checkout')} of checkout, of which storms: {[it['storm'] for it in open_ if it['storm']]}")
        return 0 if late and min(late) <= 1.0 and max(per_minute) <= 11 else 1


def flapping(binary, seconds=600):
    with tempfile.TemporaryDirectory() as folder:
        stand_in = StandIn()
        env = example(folder, stand_in)
        server = Server(binary, folder, stand_in, env)
        secret = env["PROMETHEUS_WEBHOOK_SECRET"]
        try:
            began = time.time()
            for n in range(int(seconds / 2)):
                server.hook("prometheus", secret, alertmanager("flap", "firing" if n % 2 == 0 else "resolved", service="checkout"))
                time.sleep(max(0.0, began + 2 * (n + 1) - time.time()))
            calls = stand_in.calls()
            slack = stand_in.slack()
            mine = lambda m: "flap fails" in json.dumps(m, ensure_ascii=False)
            room = [m for _, how, m in slack if how == "postMessage" and m.get("channel") == "C0CHECKOUT" and not m.get("thread_ts")]
            replies = [m for _, how, m in slack if how == "postMessage" and m.get("thread_ts")]
            tickets = [path for _, path, body in stand_in.requests() if path.startswith("/jira") and path.endswith("/issue") and "flap" in body]
            all_ = server.asked("incidents", "--status", "open")["incidents"] + server.asked("incidents", "--closed")["incidents"]
            incidents = [it for it in all_ if it["service"] == "checkout"]
        finally:
            server.kill()
        print(f"one alert, a change every 2 s for {seconds:.0f} s")
        print(f"other incidents: {[it['summary'] for it in all_ if it['service'] != 'checkout']}")
        print(f"incidents: {len(incidents)} {[(it['id'], it['status']) for it in incidents]}")
        print(f"messages in the room: {sum(1 for m in room if mine(m))}, replies in threads: {len(replies)}, tickets: {len(tickets)}")
        for at, to, _ in calls:
            print(f"  +{at - began:5.1f} s call to {to}")
        early = [at for at, _, _ in calls if at - began < 60]
        return 0 if len(incidents) == 1 and len(tickets) == 1 and len(early) <= 3 else 1


def main():
    match sys.argv[1:]:
        case [binary]:
            return all_rows(os.path.abspath(binary))
        case [binary, "storm"]:
            return storm(os.path.abspath(binary))
        case [binary, "flapping", *seconds]:
            return flapping(os.path.abspath(binary), *map(float, seconds))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
