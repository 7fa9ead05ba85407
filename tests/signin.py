#!/usr/bin/env python3
"""Signing in at identity providers that others wrote, end to end: from a page that wants a session, to the provider, and back to the page.

    usage: tests/signin.py ONCALL FOLDER [BROWSER]
    FOLDER/python has oidc-provider-mock (PyPI), FOLDER/node_modules oauth2-mock-server (npm). With BROWSER, whose node_modules has
    playwright-core, Chromium signs in at the first one, too: tests/browser/oidc.mjs.

The first looks at no PKCE and gives keys without an id; the second insists on S256 and names people by `sub` alone. What a hostile
provider might say is tried by `cargo test --test serve sign_in`.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).parent.parent
READY_MAX = 30
CLIENT = "oncall"


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(Stay)


def ask(url, method="GET", body=None, headers=()):
    """Status, headers and text."""
    request = urllib.request.Request(url, data=body, method=method, headers=dict(headers))
    try:
        answer = OPENER.open(request, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")


class Browser:
    """Cookies of one origin, which come and go as the server says."""

    def __init__(self, base):
        self.base, self.cookies = base, {}

    def get(self, path):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        status, headers, text = ask(self.base + path, headers=[("cookie", cookie)])
        for line in headers.get_all("set-cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            if "max-age=0" in line.lower().replace(" ", ""):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return status, headers.get("location", ""), text

    def leave(self):
        """Where the provider is asked to sign somebody in."""
        status, location, text = self.get("/sign-in/oidc")
        assert status == 303, f"{status}: {text}"
        return location

    def back(self, location):
        """The provider has answered with this address."""
        assert location.startswith(f"{self.base}/sign-in/oidc/callback?"), location
        return self.get(location[len(self.base):])


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def until_it_answers(process, url, log):
    for _ in range(READY_MAX * 10):
        try:
            if ask(url)[0] == 200:
                return
        except OSError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer\n{log.read_text()}")


class Running:
    """A program until the end of a `with`; only what was started here is ended."""

    def __init__(self, command, url, log, environment=()):
        self.url, self.log = url, log
        with open(log, "w", encoding="utf-8") as output:
            environment = {**os.environ, **dict(environment)}
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)

    def __enter__(self):
        until_it_answers(self.process, self.url, self.log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)


def company(scratch, port, issuer, claim, sign_in):
    """The example company, whose people sign in at this provider."""
    config = scratch / "config"
    shutil.copytree(ROOT / "example-config", config)
    organisation = config / "oncall.yaml"
    text = organisation.read_text()
    assert "public_url: https://oncall.example.com" in text
    text = text.replace("public_url: https://oncall.example.com", f"public_url: http://127.0.0.1:{port}")
    text += f"""
web:
  oidc:
    issuer: {issuer}
    client_id: {CLIENT}
    client_secret: {{ env: OIDC_CLIENT_SECRET }}
    claim: {claim}
"""
    organisation.write_text(text)
    smith = config / "users/smith.yaml"
    smith.write_text(smith.read_text() + (f"\nsign_in: {sign_in}\n" if sign_in else ""))
    return config


def served(oncall, scratch, port, issuer, claim="email", sign_in="", files=None):
    config = company(scratch, port, issuer, claim, sign_in)
    for name, text in (files or {}).items():
        (config / name).write_text(text)
    command = [oncall, "serve", "--config", config, "--state", scratch / "state", "--listen", f"127.0.0.1:{port}", "--print"]
    environment = [("OIDC_CLIENT_SECRET", "a secret & of = odd % letters")]
    return Running(command, f"http://127.0.0.1:{port}/readyz", scratch / "oncall.log", environment)


def signs_in(browser, answer):
    """The whole way, from the page that was wanted and back to it; `answer` plays the provider's page."""
    status, location, _ = browser.get("/on-call")
    assert (status, location) == (303, "/sign-in"), (status, location)
    status, _, page = browser.get("/sign-in")
    assert status == 200 and 'href="/sign-in/oidc"' in page, page
    back = answer(browser.leave())
    status, location, text = browser.back(back)
    assert (status, location) == (303, "/on-call"), (status, location, text)
    assert list(browser.cookies) == ["__Host-oncall"], browser.cookies
    status, _, page = browser.get("/on-call")
    assert status == 200, page
    # The same answer once more, with the session that it made and without.
    for again in (browser, Browser(browser.base)):
        status, _, _ = again.back(back)
        assert status == 403, status
    return page


def refused(base, code):
    """How often this was counted."""
    text = ask(f"{base}/metrics")[2]
    line = f'oncall_requests_refused_total{{code="{code}"}} '
    return next((int(it[len(line):]) for it in text.splitlines() if it.startswith(line)), 0)


def at_oidc_provider_mock(oncall, folder, scratch, browsers):
    provider, port = free_port(), free_port()
    issuer, base = f"http://127.0.0.1:{provider}", f"http://127.0.0.1:{port}"
    command = [folder / "python/bin/oidc-provider-mock", "--port", str(provider), "--require-nonce", "true"]

    def answer(location, form="sub=1"):
        assert location.startswith(f"{issuer}/oauth2/authorize?"), location
        kind = [("content-type", "application/x-www-form-urlencoded")]
        status, headers, text = ask(location, "POST", form.encode(), kind)
        assert status in (302, 303), text
        return headers["location"]

    def person(subject, **claims):
        status, _, text = ask(f"{issuer}/users/{subject}", "PUT", json.dumps(claims).encode(), [("content-type", "application/json")])
        assert status == 204, text

    left = "name: Gone\nemail: gone@example.com\nleft: 2026-01-05\n"
    here = Running(command, f"{issuer}/jwks", scratch / "provider.log")
    with here, served(oncall, scratch, port, issuer, files={"users/gone.yaml": left}):
        person("1", email="Smith@example.com", email_verified=True)
        page = signs_in(Browser(base), answer)
        assert "Smith" in page, page
        person("2", email="smith@example.com", email_verified=False)
        person("3", email="nobody@elsewhere.example", email_verified=True)
        for form, code in (("sub=2", "identity_unverified"), ("sub=3", "identity_unknown"), ("action=deny", "sign_in_denied")):
            browser, before = Browser(base), refused(base, code)
            location = browser.leave()
            back = answer(location, form)
            # This one leaves the state out when it says no; RFC 6749, 4.1.2.1 wants it.
            if "state=" not in back:
                state = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["state"][0]
                back += f"{'&' if '?' in back else '?'}state={state}"
            status, _, page = browser.back(back)
            assert status == 403 and "__Host-oncall" not in browser.cookies, (form, status, page)
            assert refused(base, code) == before + 1, code
        if browsers:
            person("4", email="gone@example.com", email_verified=True)
            in_chromium(browsers, oncall, base, issuer)


def in_chromium(browsers, oncall, base, issuer):
    """The same as people do it: the scripts run where node finds playwright-core."""
    for script in (ROOT / "tests/browser").glob("*.mjs"):
        shutil.copy(script, browsers)
    environment = {**os.environ, "BASE": base, "ISSUER": issuer, "BINARY": str(oncall), "PERSON": "1", "GONE": "4"}
    subprocess.run(["node", "oidc.mjs"], cwd=browsers, env=environment, check=True, timeout=300)


def at_oauth2_mock_server(oncall, folder, scratch, _browsers):
    provider, port = free_port(), free_port()
    issuer, base = f"http://localhost:{provider}", f"http://127.0.0.1:{port}"
    program = folder / "node_modules/oauth2-mock-server/dist/oauth2-mock-server.mjs"
    command = ["node", program, "-a", "localhost", "-p", str(provider)]

    def answer(location):
        assert location.startswith(f"{issuer}/authorize?"), location
        status, headers, text = ask(location)
        assert status == 302, text
        return headers["location"]

    here = Running(command, f"{issuer}/jwks", scratch / "provider.log")
    with here, served(oncall, scratch, port, issuer, claim="sub", sign_in="johndoe"):
        page = signs_in(Browser(base), answer)
        assert "Smith" in page, page
        # A code of another attempt: its challenge does not fit our verifier, and the provider says so.
        one, other = Browser(base), Browser(base)
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(answer(other.leave())).query)["code"][0]
        state = urllib.parse.parse_qs(urllib.parse.urlsplit(one.leave()).query)["state"][0]
        status, _, _ = one.get(f"/sign-in/oidc/callback?code={code}&state={state}")
        assert status == 403 and refused(base, "sign_in_code") == 1, status


def main():
    oncall, folder, *browsers = (pathlib.Path(it).resolve() for it in sys.argv[1:4])
    for peer in (at_oidc_provider_mock, at_oauth2_mock_server):
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            try:
                peer(oncall, folder, scratch, browsers[0] if browsers else None)
            except BaseException:
                for log in sorted(scratch.glob("*.log")):
                    print(f"--- {log.name}\n{log.read_text()[-4000:]}", file=sys.stderr)
                raise
        print(f"signed in {peer.__name__.replace('_', ' ')}")


if __name__ == "__main__":
    main()
