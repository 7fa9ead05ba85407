#!/usr/bin/env python3
"""The script of the GitHub action and of GitLab CI that installs `oncall`: releases of a local server -> what is on the PATH."""

import hashlib
import http.server
import io
import os
import pathlib
import platform
import subprocess
import tarfile
import tempfile
import threading
import unittest

SCRIPT = pathlib.Path(__file__).parent.parent / ".github/actions/oncall/install.sh"
SECONDS_MAX = 60
TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "aarch64": "aarch64-unknown-linux-musl"}
ARCHIVE = f"oncall-{TARGETS.get(platform.machine())}.tar.gz"

# A stand-in for `cargo`: it builds an `oncall` that says so.
CARGO = """#!/bin/sh
echo "$@" >>"$ANSWERS/cargo"
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin" && printf '#!/bin/sh\\necho "oncall 0.0.9 (built)"\\n' >"$2/bin/oncall" && chmod +x "$2/bin/oncall"
"""


def archive(version):
    """What release.yml makes: an archive with one file, `oncall`."""
    text = f'#!/bin/sh\necho "oncall {version} (tzdata 2026f)"\n'.encode()
    member = tarfile.TarInfo("oncall")
    member.size, member.mode = len(text), 0o755
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        file.addfile(member, io.BytesIO(text))
    return out.getvalue()


class Releases(http.server.ThreadingHTTPServer):
    """Files by path; `cut` ends the answer before its announced length, `moved` sends elsewhere first."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Requests)
        self.files, self.cut, self.moved, self.asked = {}, set(), {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def release(self, tag, version=None):
        data = archive(version or tag.removeprefix("v"))
        self.files[f"/{tag}/{ARCHIVE}"] = data
        sums = f"{'0' * 64}  oncall-other.tar.gz\n{hashlib.sha256(data).hexdigest()}  {ARCHIVE}\n"
        self.files[f"/{tag}/SHA256SUMS"] = sums.encode()


class Requests(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path in self.server.moved:
            self.send_response(302)
            self.send_header("Location", self.server.moved[self.path])
            self.end_headers()
            return
        data = self.server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if self.path in self.server.cut else data)

    def log_message(self, *_):
        pass


@unittest.skipUnless(platform.machine() in TARGETS, "no release is made for this machine")
class Install(unittest.TestCase):
    def setUp(self):
        self.releases = Releases()
        self.addCleanup(self.releases.server_close)
        self.addCleanup(self.releases.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.root = self.folder / "root"
        (self.folder / "bin").mkdir()
        self.program("cargo", CARGO)
        self.releases.release("v0.1.0")

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def run_script(self, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI_", "ONCALL_"))}
        env |= {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "ANSWERS": str(self.folder)}
        env |= {"ONCALL_ROOT": str(self.root), "GITHUB_PATH": str(self.folder / "path"), "GITHUB_ACTIONS": "true"}
        return subprocess.run(
            ["bash", str(SCRIPT)], env=env | more, capture_output=True, encoding="utf-8", timeout=SECONDS_MAX
        )

    def download(self, tag="v0.1.0", **more):
        return self.run_script(ONCALL_VERSION=tag, ONCALL_RELEASES=self.releases.url, **more)

    def refused(self, done, *words):
        """It says why, beside the job, and leaves nothing that could be run."""
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("::error title=oncall::", done.stdout)
        for word in words:
            self.assertIn(word, done.stdout)
        self.assertFalse((self.root / "bin" / "oncall").exists())
        self.assertFalse((self.folder / "path").exists())
        self.assertEqual([it.name for it in self.root.glob("download.*")] if self.root.exists() else [], [])

    def test_a_release_is_downloaded_and_put_on_the_path(self):
        done = self.download()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("oncall 0.1.0", done.stdout)
        self.assertEqual((self.folder / "path").read_text(), f"{self.root}/bin\n")
        self.assertEqual([it.name for it in self.root.iterdir() if it.name.startswith("download")], [])
        self.assertFalse((self.folder / "cargo").exists())

    def test_a_cache_spares_the_download_but_not_of_another_version(self):
        self.download()
        asked = len(self.releases.asked)
        self.assertEqual(self.download().returncode, 0)
        self.assertEqual(len(self.releases.asked), asked)
        self.releases.release("v0.2.0")
        self.assertIn("oncall 0.2.0", self.download("v0.2.0").stdout)
        self.assertIn("(built)", self.run_script(ONCALL_SOURCE=str(self.folder)).stdout)
        self.assertIn("oncall 0.1.0", self.download().stdout)

    def test_a_wrong_checksum_is_refused(self):
        data = archive("6.6.6")
        self.releases.files[f"/v0.1.0/{ARCHIVE}"] = data
        self.refused(self.download(), "is not what was released", hashlib.sha256(data).hexdigest(), "Nothing was installed")

    def test_a_wrong_checksum_takes_away_what_was_there(self):
        self.download()
        (self.folder / "path").unlink()
        self.releases.release("v0.2.0")
        self.releases.files[f"/v0.2.0/{ARCHIVE}"] = archive("6.6.6")
        self.refused(self.download("v0.2.0"), "is not what was released")

    def test_a_release_that_is_not_there_is_refused(self):
        self.refused(self.download("v9.9.9"), "v9.9.9/SHA256SUMS", "is there a release v9.9.9")

    def test_an_archive_that_is_not_there_is_refused(self):
        del self.releases.files[f"/v0.1.0/{ARCHIVE}"]
        self.refused(self.download(), f"cannot download {self.releases.url}/v0.1.0/{ARCHIVE}")

    def test_a_release_without_a_checksum_of_the_archive_is_refused(self):
        for text in ["", f"{'0' * 64}  oncall-other.tar.gz\n", f"<html>\n{ARCHIVE}", f"12ab  {ARCHIVE}\n"]:
            self.releases.files["/v0.1.0/SHA256SUMS"] = text.encode()
            self.refused(self.download(), f"SHA256SUMS has no checksum of {ARCHIVE}")

    def test_an_answer_that_breaks_off_is_refused(self):
        self.releases.cut.add(f"/v0.1.0/{ARCHIVE}")
        self.refused(self.download(), "cannot download")

    def test_an_archive_that_was_cut_before_it_was_served_is_refused(self):
        path = f"/v0.1.0/{ARCHIVE}"
        self.releases.files[path] = self.releases.files[path][:40]
        self.refused(self.download(), "is not what was released")

    def test_a_server_that_is_away_is_named(self):
        self.refused(self.run_script(ONCALL_VERSION="v0.1.0", ONCALL_RELEASES="http://127.0.0.1:1"), "http://127.0.0.1:1/v0.1.0")

    def test_plain_http_is_refused_elsewhere(self):
        done = self.run_script(ONCALL_VERSION="v0.1.0", ONCALL_RELEASES="http://releases.invalid")
        self.refused(done, "cannot download http://releases.invalid/v0.1.0/SHA256SUMS")
        self.assertIn("rotocol", done.stderr)

    def test_a_mirror_may_send_elsewhere(self):
        path = f"/v0.1.0/{ARCHIVE}"
        self.releases.files["/stored"] = self.releases.files.pop(path)
        self.releases.moved[path] = f"{self.releases.url}/stored"
        self.assertIn("oncall 0.1.0", self.download().stdout)

    def test_without_an_address_the_releases_are_those_of_the_source(self):
        done = self.run_script(ONCALL_VERSION="v0.1.0", ONCALL_SOURCE="https://localhost:1/example/oncall.git")
        self.refused(done, "https://localhost:1/example/oncall/releases/download/v0.1.0/SHA256SUMS")
        done = self.run_script(ONCALL_VERSION="v0.1.0", ONCALL_SOURCE="git@localhost:example/oncall.git")
        self.refused(done, "`releases` does not say where")

    def test_a_version_that_is_no_tag_is_refused(self):
        self.refused(self.download("../v0.1.0"), "as in v0.1.0")
        self.assertEqual(self.releases.asked, [])

    def test_a_machine_without_a_release_is_told_to_build(self):
        self.program("uname", '#!/bin/sh\n[ "$1" = -m ] && echo riscv64 || echo Linux\n')
        self.refused(self.download(), "no release is made for Linux on riscv64", "set `source`")

    def test_what_is_on_the_path_is_taken_if_it_is_that_version(self):
        self.program("oncall", '#!/bin/sh\necho "oncall 0.1.0 (a)"\n')
        self.assertIn("0.1.0 (a)", self.download().stdout)
        self.assertEqual(self.releases.asked, [])
        self.releases.release("v0.2.0")
        self.assertIn("0.2.0 (tzdata", self.download("v0.2.0").stdout)
        self.assertIn("0.1.0 (a)", self.run_script().stdout)

    def test_without_a_version_it_is_built(self):
        done = self.run_script(ONCALL_SOURCE=str(self.folder))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "cargo").read_text(), f"install --locked --root {self.root} --path {self.folder}\n")

    def test_with_neither_it_says_what_to_set(self):
        self.refused(self.run_script(), "set `version`", "or `source`")

    def test_elsewhere_it_speaks_plainly(self):
        done = self.run_script(GITHUB_ACTIONS="")
        self.assertIn("error: oncall is not on the PATH", done.stderr)
        self.assertNotIn("::error", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
