#!/usr/bin/env python3
"""The README and the docs: every block of code runs or is read, or says why not, and every link inside the repository leads somewhere.

    usage: tests/docs.py ONCALL [WORDS...]     (the program; only documents whose path has one of the words)

What a fence says after its language is not shown to readers:

    sh                         runs in a sandbox of the document: the example company, and a repository that follows `oncall init`
    sh with-server             the same, beside a server that has one open incident, as user `tanaka` with a token
    sh with-config             the same, beside a repository that `oncall init oncall-config` made and its origin
    sh fails                   the same, and the last command finds something: its exit status is 1
    sh no-run: WHY             does not run, because ...
    yaml file=PATH [under=KEY] is merged into that file of the example company, which must then be valid
    yaml merge=a/b.yaml,...    the same, for a block whose parts begin with `# a/b.yaml`
    yaml ... and-above         the same, with what the document's blocks above said
    yaml alertmanager, nginx, caddyfile
                               is read by Alertmanager's amtool, by nginx, by Caddy, where they are installed
    text shows: COMMAND        has lines that the command prints in a sandbox of its own, in this order
    text                       is output, or something to look at: not read
"""

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
import time
import urllib.request

ROOT = pathlib.Path(__file__).parent.parent
SECONDS_MAX = 120
READY_MAX = 30
# Explanations of checks are compiled by `cargo test --test compile`, READMEs of new configs run in `--test cli`.
ELSEWHERE = ("docs/checks/", "starter/", "tests/", "fuzz/", "docs/checks.md", "docs/ja/checks.md")
OUTPUT = ("text", "rust")
SHELL = ("sh", "bash", "console")


class Block:
    def __init__(self, path, line, info, text):
        self.place = f"{path}:{line}"
        self.language, _, self.rest = info.partition(" ")
        self.text = text

    def why_not(self):
        return self.rest.removeprefix("no-run: ") if self.rest.startswith("no-run: ") else None

    def option(self, name):
        found = re.search(rf"\b{name}=(\S+)", self.rest)
        return found and found[1]


def blocks(path, text):
    """The fenced blocks; one that stands in a list is moved to the margin."""
    found, lines, fence = [], text.splitlines(), None
    for number, line in enumerate(lines, 1):
        mark = re.match(r"^( *)(```+)(.*)$", line)
        if fence is None and mark:
            fence = (number, len(mark[1]), mark[2], mark[3].strip(), [])
        elif fence and mark and mark[2] == fence[2] and not mark[3].strip():
            number, indent, _, info, body = fence
            found.append(Block(path, number, info, "".join(f"{it[indent:]}\n" for it in body)))
            fence = None
        elif fence:
            fence[4].append(line)
    return found


class Sandbox:
    """Where the commands of one document run: a folder of its own, a home of its own, a port of its own."""

    def __init__(self, oncall, folder):
        self.oncall, self.folder, self.server = oncall, folder, None
        self.here_now = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        home, programs = folder / "home", folder / "bin"
        home.mkdir(parents=True)
        programs.mkdir()
        (home / ".gitconfig").write_text("[user]\nname = Tanaka\nemail = tanaka@example.com\n")
        (home / ".curlrc").write_text("fail-with-body\nsilent\nmax-time = 20\n")
        (programs / "oncall").symlink_to(oncall)
        # `packaging` and `tests` are only read; what a command writes stays here.
        for name in ("example-config", "schema"):
            shutil.copytree(ROOT / name, folder / name)
        self.origin = folder / "origin.git"
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        kept = {name: os.environ[name] for name in ("LANG", "TZ", "SSL_CERT_FILE") if name in os.environ}
        secrets = sorted(set(re.findall(r"env: ([A-Z][A-Z0-9_]+)", "".join(p.read_text() for p in folder.glob("example-config/**/*.yaml")))))
        self.env = kept | {name: f"secret-of-{name.lower()}-0123456789abcdef" for name in secrets}
        self.env |= {"HOME": str(home), "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin:/usr/sbin", "NO_COLOR": "1"}

    def git(self, *words, at=None):
        command = ["git", "-C", str(at or self.folder), "-c", "user.name=t", "-c", "user.email=t@localhost", *words]
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS_MAX)

    def here(self, text):
        """What stands for something of the reader's machine."""
        for there, here in [
            ("git@github.com:example/oncall-config.git", f"file://{self.origin}"),
            ("cargo run --release -- ", "oncall "),
            ("/tmp/oncall", str(self.folder / "state")),
            ("/var/lib/oncall", str(self.folder / "state-git")),
            ("/backup", str(self.folder / "backup")),
            ("http://127.0.0.1:8080", f"http://127.0.0.1:{self.port}"),
        ]:
            text = text.replace(there, here)
        # This is what the sections of CI before this one do.
        return re.sub(r"^cargo test$", "true", text, flags=re.MULTILINE)

    def run(self, block):
        """What went wrong, or None."""
        (self.folder / "backup").mkdir(exist_ok=True)
        if "with-server" in block.rest.split():
            problem = self.server is None and self.serve_with_incident()
            if problem:
                return problem
        if "with-config" in block.rest.split():
            subprocess.run([self.oncall, "init", "oncall-config"], cwd=self.folder, env=self.env, check=True, capture_output=True)
            self.commit_what_began()
        text = self.here(block.text)
        serve = re.search(r"^((?:[A-Z_]+=\S+ )*)oncall serve (.*)$", text.replace("\\\n", " "), re.MULTILINE)
        if serve:
            rest = re.sub(r"--listen \S+", "", serve[2].split(" #")[0])
            return self.start(serve[1], rest)
        # The next block goes on in the folder where this one ended.
        command = ["bash", "-euo", "pipefail", "-c", f"trap 'pwd >{self.folder}/now' EXIT\n{text}"]
        done = subprocess.run(
            command, cwd=self.here_now, env=self.env, stdin=subprocess.DEVNULL,
            capture_output=True, encoding="utf-8", errors="replace", timeout=SECONDS_MAX,
        )
        self.here_now = (self.folder / "now").read_text().strip()
        self.commit_what_began()
        expected = 1 if block.rest == "fails" else 0
        return f"exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}" if done.returncode != expected else None

    def commit_what_began(self):
        """Whoever made a repository with `oncall init` commits it and pushes it."""
        begun = self.folder / "oncall-config"
        if begun.exists() and not (begun / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main", at=begun)
            self.git("add", ".", at=begun)
            self.git("commit", "--quiet", "--message", "first", at=begun)
            self.git("remote", "add", "origin", str(self.origin), at=begun)
            self.git("push", "--quiet", "origin", "main", at=begun)
            self.git("fetch", "--quiet", "origin", at=begun)

    def start(self, variables, arguments):
        """Starts a server in place of an earlier one of this document, and waits until it is ready."""
        self.stop()
        command = f"{variables} exec oncall serve {arguments} --listen 127.0.0.1:{self.port}"
        self.log = open(self.folder / "log", "w+")
        self.server = subprocess.Popen(["bash", "-c", command], cwd=self.here_now, env=self.env, stdout=self.log, stderr=self.log)
        until = time.monotonic() + READY_MAX
        while time.monotonic() < until and self.server.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return None
            except OSError:
                time.sleep(0.1)
        return f"no server after {READY_MAX} s: {(self.folder / 'log').read_text()[-2000:]}"

    def serve_with_incident(self):
        """A server whose tokens may act, with incident 1-1."""
        path = self.folder / "example-config/oncall.yaml"
        path.write_text(path.read_text().replace("may: [view] }", "may: [view, respond, act_for] }"))
        problem = self.start("", f"--config example-config --state {self.folder / 'state-git'} --print")
        if problem:
            return problem
        url = f"http://127.0.0.1:{self.port}"
        data = (ROOT / "example-config/samples/grafana-alert.json").read_bytes()
        secret = self.env["GRAFANA_WEBHOOK_SECRET"]
        with urllib.request.urlopen(urllib.request.Request(f"{url}/v1/webhooks/grafana/{secret}", data=data), timeout=20) as answer:
            if answer.status != 202:
                return f"the alert was answered {answer.status}"
        # A file that is being made would be gone before a copy of the directory reaches it.
        until = time.monotonic() + READY_MAX
        while list((self.folder / "state-git").glob("**/*.tmp")) and time.monotonic() < until:
            time.sleep(0.1)
        self.env |= {"ONCALL_URL": url, "ONCALL_USER": "tanaka", "ONCALL_TOKEN": self.env["ONCALL_TOKEN_CI"]}
        return None

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(timeout=READY_MAX)
        self.server = None


def sections(text, indent):
    """The keys at this depth of a block mapping, each with its lines; what stands before the first has the key None."""
    found = [[None, []]]
    for line in text.splitlines(keepends=True):
        key = re.match(rf"^ {{{indent}}}([A-Za-z_][\w-]*):( .*)?$", line.rstrip("\n"))
        if key:
            found.append([key[1], []])
        found[-1][1].append(line)
    return {key: "".join(lines) for key, lines in found}


def merged(old, new, indent=0):
    """The old text with the keys of the new one in place of its own; mappings in block style are merged."""
    if not old or new.startswith("- "):
        return old + new
    olds, news = sections(old, indent), sections(new, indent)
    for key, text in news.items():
        if key is None:
            continue
        is_mapping = lambda it: re.match(rf"^ {{{indent}}}[\w-]+:[ ]*(#.*)?\n(?: *#.*\n| *\n)*( +)[\w-]+:", it)
        before = olds.get(key)
        deeper = before and is_mapping(before) and is_mapping(text)
        if deeper:
            depth = len(deeper[2])
            body, head = text.split("\n", 1)[1], before.split("\n", 1)[0]
            body = "".join(" " * (depth - len(is_mapping(text)[2])) + it for it in body.splitlines(keepends=True))
            olds[key] = f"{head}\n" + merged(before.split("\n", 1)[1], body, depth)
        else:
            olds[key] = text
    return "".join(olds.values())


def check_config(oncall, folder, block, above):
    """The example company with the block's parts is valid."""
    company = folder / "company"
    shutil.copytree(ROOT / "example-config", company)
    shutil.copytree(ROOT / "schema", folder / "schema")
    # Its expectations are about its own policies, which a block may change.
    for path in company.glob("expectations/*"):
        path.unlink()
    parts = [(block.option("file"), block.text)]
    if block.option("under"):
        text = block.text if block.text.startswith(" ") else "".join(f"  {it}" for it in block.text.splitlines(keepends=True))
        parts = [(parts[0][0], f"{block.option('under')}:\n{text}")]
    if block.option("merge"):
        pieces = re.split(r"^# (\S+?\.yaml)(?:[:;,].*)?$\n", block.text, flags=re.MULTILINE)
        parts = list(zip(pieces[1::2], pieces[2::2]))
        if [path for path, _ in parts] != block.option("merge").split(","):
            return f"its parts are {[path for path, _ in parts]}"
    above += parts
    for path, text in above if "and-above" in block.rest.split() else parts:
        target = company / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(merged(target.read_text() if target.exists() else "", text))
    done = subprocess.run(
        [oncall, "validate", str(company)],
        capture_output=True, encoding="utf-8", timeout=SECONDS_MAX,
    )
    return done.stdout + done.stderr if done.returncode else None


def check_alertmanager(folder, block):
    text = block.text
    if text.startswith("alertmanager_config: |\n"):
        text = "".join(line[2:] + "\n" for line in text.splitlines()[1:])
    if not re.search(r"^route:", text, re.MULTILINE):
        text = "route: { receiver: oncall }\n" + text
    path = folder / "alertmanager.yml"
    path.write_text(text)
    return said_by(folder, "amtool", "check-config", str(path))


def check_caddyfile(folder, block):
    path = folder / "Caddyfile"
    path.write_text(block.text)
    return said_by(folder, "caddy", "validate", "--adapter", "caddyfile", "--config", str(path))


def check_nginx(folder, block):
    """The server, with a certificate made for it, in a configuration that writes nothing outside its folder."""
    name = r"ssl_certificate(?:_key)? +([^;]+);"
    certificate, key = re.findall(name, block.text)
    openssl = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout key.pem -out certificate.pem"
    subprocess.run(openssl.split(), cwd=folder, check=True, capture_output=True, timeout=SECONDS_MAX)
    text = block.text.replace(certificate, f"{folder}/certificate.pem").replace(key, f"{folder}/key.pem")
    paths = "".join(f"{it}_temp_path {folder};\n" for it in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = f"pid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{text}}}\n"
    path = folder / "nginx.conf"
    path.write_text(whole.replace("listen 443", "listen 127.0.0.1:44443"))
    return said_by(folder, "nginx", "-t", "-p", str(folder), "-c", str(path))


def said_by(folder, program, *arguments):
    """What another program finds wrong; nothing where it is not installed, unless it must be."""
    found = shutil.which(program, path="/usr/local/bin:/usr/bin:/bin:/usr/sbin")
    if found is None:
        return f"{program} is not installed" if os.environ.get("ONCALL_REQUIRE_DOCS") else None
    env = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    done = subprocess.run([found, *arguments], env=env, capture_output=True, encoding="utf-8", timeout=SECONDS_MAX)
    return done.stdout + done.stderr if done.returncode else None


def check_shown(oncall, folder, block):
    """Each line is a line of what the command prints, in this order; others may be between them."""
    sandbox = Sandbox(oncall, folder / "sandbox")
    done = subprocess.run(
        ["bash", "-c", block.rest.removeprefix("shows: ")], cwd=sandbox.folder, env=sandbox.env, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="replace", timeout=SECONDS_MAX,
    )
    said = iter(line.rstrip() for line in (done.stdout + done.stderr).splitlines())
    for line in block.text.splitlines():
        if line.strip() and line.rstrip() not in said:
            return f"`{line}` is not what is printed:\n{done.stdout}{done.stderr}"
    return None


def check(oncall, folder, sandbox, above, block):
    """What is wrong with a block, or None."""
    if block.why_not() is not None:
        return None if len(block.why_not().split()) > 1 else "it does not say why it does not run"
    if block.language in SHELL:
        return sandbox.run(block)
    if block.language == "yaml" and block.rest == "alertmanager":
        return check_alertmanager(folder, block)
    if block.language in ("nginx", "caddyfile"):
        return (check_nginx if block.language == "nginx" else check_caddyfile)(folder, block)
    if block.language == "yaml" and (block.option("file") or block.option("merge")):
        return check_config(oncall, folder, block, above)
    if block.language == "text" and block.rest.startswith("shows: "):
        return check_shown(oncall, folder, block)
    if block.language == "json":
        json.loads(block.text)
        return None
    if block.language in OUTPUT and not block.rest:
        return None
    return f"`{block.language} {block.rest}` says neither how it is tried nor why it is not"


def documents():
    tracked = subprocess.run(["git", "-C", str(ROOT), "ls-files", "*.md"], check=True, capture_output=True, encoding="utf-8")
    return tracked.stdout.split()


# --- links

def anchors(text):
    """The anchors of a document's headings, as GitHub makes them."""
    found, inside = set(), False
    for line in text.splitlines():
        inside ^= line.lstrip().startswith("```")
        heading = None if inside else re.match(r"^#{1,6} +(.*?)\s*#*$", line)
        if heading:
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
            name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            number, taken = 1, name
            while taken in found:
                taken, number = f"{name}-{number}", number + 1
            found.add(taken)
    return found


def broken_links(path):
    """Links of a document to files and headings that are not there."""
    text = (ROOT / path).read_text()
    plain = re.sub(r"^ *```.*?^ *```$", lambda it: "\n" * it[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL)
    plain = re.sub(r"`[^`\n]*`", lambda it: "`" * len(it[0]), plain)
    targets = [(it.start(1), it[1]) for it in re.finditer(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", plain)]
    targets += [(it.start(1), it[1]) for it in re.finditer(r"(?:src|href)=\"([^\"]+)\"", plain)]
    for start, target in targets:
        if re.match(r"^[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = f"{path}:{text.count(chr(10), 0, start) + 1}"
        to = (ROOT / path).parent / name if name else ROOT / path
        if not to.exists():
            yield f"{place}: there is no {target}"
        elif anchor and to.suffix == ".md" and anchor not in anchors(to.read_text()):
            yield f"{place}: {name or path} has no heading #{anchor}"


def not_in_the_book():
    """Pages that nobody finds, because the summary does not name them."""
    summary = (ROOT / "docs/SUMMARY.md").read_text()
    for path in documents():
        if path.startswith("docs/") and not path.startswith("docs/checks/") and path != "docs/SUMMARY.md":
            if f"({path.removeprefix('docs/')})" not in summary:
                yield f"{path}: docs/SUMMARY.md does not name it"


def main(oncall, *words):
    oncall = str(pathlib.Path(oncall).resolve())
    findings, ran, reasons = list(not_in_the_book()), 0, 0
    for path in documents():
        if words and not any(word in path for word in words):
            continue
        findings += broken_links(path)
        if path.startswith(ELSEWHERE):
            continue
        with tempfile.TemporaryDirectory() as folder:
            sandbox, above = Sandbox(oncall, pathlib.Path(folder) / "sandbox"), []
            try:
                for number, block in enumerate(blocks(path, (ROOT / path).read_text())):
                    own = pathlib.Path(folder) / str(number)
                    own.mkdir()
                    problem = check(oncall, own, sandbox, above, block)
                    ran, reasons = ran + 1, reasons + (block.why_not() is not None)
                    if problem:
                        findings.append(f"{block.place}: {problem.strip()}")
            finally:
                sandbox.stop()
    lines = len((ROOT / "README.md").read_text().splitlines())
    if lines > 150:
        findings.append(f"README.md has {lines} lines; people read 150")
    for finding in findings:
        print(finding)
    print(f"{ran} blocks, of which {reasons} say why they do not run; {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
