#!/usr/bin/env python3
"""The script of the GitHub action: a job's environment -> requests to a stand-in forge, output and exit status."""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

SCRIPT = pathlib.Path(__file__).parent.parent / ".github/actions/oncall/review.py"
SECONDS_MAX = 60

# A stand-in for `oncall`: what it prints and its status are files, by command.
ONCALL = """#!/bin/sh
cat "$ANSWERS/$1.out"
cat "$ANSWERS/$1.err" >&2
echo "$@" >>"$ANSWERS/calls"
exit "$(cat "$ANSWERS/$1.status")"
"""


class Forge(http.server.ThreadingHTTPServer):
    """Keeps comments as GitHub and GitLab do."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Requests)
        self.comments, self.asked, self.refuses = [], [], None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add(self, body, kind="Bot", author=7):
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": {"type": kind}, "author": {"id": author}})


class Requests(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/user":
            return self.answer({"id": 7})
        page = int(dict(part.split("=") for part in query.split("&"))["page"])
        self.answer(self.server.comments[(page - 1) * 100 : page * 100])

    def do_POST(self):
        body = self.body()
        if self.server.refuses:
            return self.answer({}, self.server.refuses)
        self.server.add(body)
        self.answer({}, 201)

    def do_PATCH(self):
        body = self.body()
        number = int(self.path.rsplit("/", 1)[1])
        self.server.comments[number - 1]["body"] = body
        self.answer({})

    do_PUT = do_PATCH

    def body(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.command, self.path, len(text)))
        return json.loads(text)["body"]

    def answer(self, value, status=200):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_):
        pass


class Review(unittest.TestCase):
    def setUp(self):
        self.forge = Forge()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(self.forge.server_close)
        self.addCleanup(self.forge.shutdown)
        self.folder = pathlib.Path(folder.name)
        program = self.folder / "oncall"
        program.write_text(ONCALL)
        program.chmod(0o755)
        (self.folder / "event.json").write_text('{ "pull_request": { "number": 12 } }')
        self.answers("validate", "0 errors, 0 warnings\n")
        self.answers("dry-run", "<!-- oncall dry-run -->\n### Who is on call\n\nNothing changes.\n")
        self.repository()

    def answers(self, command, out, err="", status=0):
        for name, text in [("out", out), ("err", err), ("status", str(status))]:
            (self.folder / f"{command}.{name}").write_text(text)

    def repository(self):
        """A clone whose pull request brings a folder of the target branch's name along; the commit of the branch."""
        self.work = self.folder / "work"
        (self.work / "origin" / "main").mkdir(parents=True)
        git = ["git", "-C", str(self.work), "-c", "user.name=t", "-c", "user.email=t@example.com"]
        for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "The config"]):
            subprocess.run(git + command, check=True)
        found = subprocess.run(git + ["rev-parse", "HEAD"], check=True, capture_output=True, encoding="utf-8")
        self.main = found.stdout.strip()
        subprocess.run(git + ["update-ref", "refs/remotes/origin/main", self.main], check=True)

    def run_script(self, **more):
        github = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_API_URL": self.forge.url,
            "GITHUB_REPOSITORY": "example/oncall-config",
            "GITHUB_BASE_REF": "main",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "ONCALL_TOKEN": "t0ken",
        }
        return self.start({**github, **more})

    def start(self, env):
        env = {"PATH": os.environ["PATH"], "ANSWERS": str(self.folder), "ONCALL": str(self.folder / "oncall"), **env}
        done = subprocess.run(
            [sys.executable, SCRIPT], cwd=self.work, env=env, capture_output=True, encoding="utf-8", timeout=SECONDS_MAX
        )
        self.assertNotIn("t0ken", done.stdout + done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def bodies(self):
        return [comment["body"] for comment in self.forge.comments]

    def test_what_git_does_not_know_is_left_to_oncall_as_a_revision(self):
        self.run_script(ONCALL_BASE="no-such")
        self.assertIn("--base no-such^{commit} ", (self.folder / "calls").read_text())

    def test_the_second_run_updates_and_does_not_add(self):
        self.assertEqual(self.run_script().returncode, 0)
        self.answers("dry-run", "<!-- oncall dry-run -->\n### Who is on call\n\nSuzuki for Tanaka.\n")
        self.assertEqual(self.run_script().returncode, 0)
        self.assertEqual(len(self.bodies()), 1)
        self.assertIn("Suzuki for Tanaka.", self.bodies()[0])
        self.assertIn(f"--base {self.main} ", (self.folder / "calls").read_text())
        self.run_script()
        changes = [(method, path) for method, path, _ in self.forge.asked]
        comments = "/repos/example/oncall-config/issues"
        self.assertEqual(changes, [("POST", f"{comments}/12/comments"), ("PATCH", f"{comments}/comments/1")])

    def test_it_is_found_behind_many_others_and_people_keep_theirs(self):
        mark = "<!-- oncall dry-run . -->"
        self.forge.add(f"{mark}\nmine", kind="User")
        for number in range(150):
            self.forge.add(f"remark {number}")
        self.forge.add(f"{mark}\nold")
        self.run_script()
        self.assertEqual(len(self.bodies()), 152)
        self.assertIn("Nothing changes.", self.bodies()[151])
        self.assertEqual(self.bodies()[0], f"{mark}\nmine")

    def test_two_configs_have_two_comments(self):
        self.run_script(ONCALL_DIRECTORY="tokyo")
        self.run_script(ONCALL_DIRECTORY="london")
        self.run_script(ONCALL_DIRECTORY="tokyo")
        self.assertEqual(len(self.bodies()), 2)

    def test_no_comment_is_too_long(self):
        self.answers("dry-run", "<!-- oncall dry-run -->\n" + "名前" * 40_000)
        self.run_script()
        (body,) = self.bodies()
        self.assertLessEqual(len(body.encode()), 60_001)
        self.assertGreater(len(body.encode()), 59_000)

    def test_what_is_invalid_fails_and_the_comment_is_still_written(self):
        self.answers("validate", "::error file=a.yaml,line=1::wrong\n", status=1)
        self.answers("dry-run", "", err="error: wrong\n", status=1)
        done = self.run_script()
        self.assertEqual(done.returncode, 1)
        self.assertIn("::error file=a.yaml", done.stdout)
        self.assertIn("no preview", self.bodies()[0])

    def test_an_expectation_that_fails_has_a_preview_all_the_same(self):
        self.answers("validate", "::error::OC090\n", status=1)
        self.assertEqual(self.run_script().returncode, 1)
        self.assertIn("Nothing changes.", self.bodies()[0])
        self.assertIn("found errors", self.bodies()[0])

    def test_fail_on_fails(self):
        self.answers("dry-run", "<!-- -->\n### Who\n", err="error: a gap opens\n", status=1)
        done = self.run_script(ONCALL_FAIL_ON="gaps")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--fail-on gaps", (self.folder / "calls").read_text())
        self.assertIn("a gap opens", done.stderr)

    def test_days(self):
        self.run_script(ONCALL_DAYS="90")
        self.assertIn("--days 90", (self.folder / "calls").read_text())

    def test_strict_is_asked_of_validate_alone(self):
        self.run_script(ONCALL_STRICT="false")
        self.assertNotIn("--strict", (self.folder / "calls").read_text())
        self.answers("validate", "::warning::OC124\n", status=1)
        self.assertEqual(self.run_script(ONCALL_STRICT="true").returncode, 1)
        calls = (self.folder / "calls").read_text().splitlines()
        self.assertEqual([call.split()[0] for call in calls if "--strict" in call], ["validate"])
        self.assertIn("found errors or warnings", self.bodies()[0])

    def test_it_speaks_the_language_of_the_config(self):
        self.answers("validate", "", status=1)
        self.answers("dry-run", "", err="error: wrong\n", status=1)
        for text, expected in [
            ("time_zone: UTC\n", "There is no preview"),
            ("language: en\n", "There is no preview"),
            ("fallback:\n  language: ja\n", "There is no preview"),
            ("# language: ja\nlanguage: ja # ours\n", "変更の影響は表示できません"),
            ('"language": "ja"\n', "変更の影響は表示できません"),
        ]:
            (self.work / "oncall.yaml").write_text(text)
            self.run_script()
            self.assertIn(expected, self.bodies()[0], text)

    def test_a_forks_token_leaves_the_preview_in_the_summary(self):
        self.forge.refuses = 403
        done = self.run_script()
        self.assertEqual(done.returncode, 0)
        self.assertIn("::warning title=oncall::no comment: 403", done.stdout)
        self.assertIn("Nothing changes.", (self.folder / "summary").read_text())

    def test_a_forge_that_is_away_fails_nothing(self):
        done = self.run_script(GITHUB_API_URL="http://127.0.0.1:1")
        self.assertEqual(done.returncode, 0)
        self.assertIn("no comment", done.stdout)

    def test_no_comment_is_asked_for(self):
        self.run_script(ONCALL_COMMENT="false")
        self.assertEqual(self.forge.asked, [])
        self.assertIn("Nothing changes.", (self.folder / "summary").read_text())

    def test_a_push_is_only_validated(self):
        done = self.run_script(GITHUB_EVENT_NAME="push")
        self.assertEqual((done.returncode, self.forge.asked), (0, []))
        self.assertNotIn("dry-run", (self.folder / "calls").read_text())

    def test_gitlab_updates_its_own_note(self):
        gitlab = {
            "CI_API_V4_URL": self.forge.url,
            "CI_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_IID": "3",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "ONCALL_TOKEN": "t0ken",
        }
        self.forge.add("<!-- oncall dry-run . -->\nof somebody else", author=8)
        self.start(gitlab)
        self.answers("dry-run", "<!-- -->\nOther.\n")
        done = self.start(gitlab)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(self.bodies()), 2)
        self.assertIn("Other.", self.bodies()[1])
        changes = [(method, path) for method, path, _ in self.forge.asked]
        notes = "/projects/42/merge_requests/3/notes"
        self.assertEqual(changes, [("POST", notes), ("PUT", f"{notes}/2")])

    def test_elsewhere_it_prints(self):
        done = self.start({"ONCALL_BASE": "origin/main"})
        self.assertEqual(done.returncode, 0)
        self.assertIn("Nothing changes.", done.stdout)

    def test_a_program_that_is_not_there_is_named(self):
        done = self.run_script(ONCALL="/nowhere/oncall")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot run /nowhere/oncall", done.stderr)


if __name__ == "__main__":
    unittest.main()
