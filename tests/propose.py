#!/usr/bin/env python3
"""The script that puts overrides of run time into git: a clone, a stand-in for `oncall` and `gh` -> branches and requests."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parent.parent / ".github/actions/oncall/propose.sh"
SECONDS_MAX = 60

# A stand-in for `oncall`: writes what the server has.
ONCALL = """#!/bin/sh
[ "$1 $2 $3 $4" = "override pull --url http://server" ] || exit 9
[ -f "$ANSWERS/pulled" ] && mkdir -p "$5/overrides" && cp "$ANSWERS/pulled" "$5/overrides/run-time.yaml"
exit 0
"""
# A stand-in for `gh`: keeps the number of open pull requests.
GH = """#!/bin/sh
echo "$@" >>"$ANSWERS/gh"
case "$2" in
  list) cat "$ANSWERS/open" 2>/dev/null || echo 0 ;;
  create) echo 1 >"$ANSWERS/open" ;;
esac
"""
BRANCH = "oncall/run-time"


def git(folder, *words):
    command = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@localhost", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS_MAX).stdout.strip()


class Propose(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "bin").mkdir()
        for name, text in (("oncall", ONCALL), ("gh", GH)):
            program = self.folder / "bin" / name
            program.write_text(text)
            program.chmod(0o755)
        self.origin, self.clone = self.folder / "origin.git", self.folder / "clone"
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        git(self.folder, "clone", "--quiet", str(self.origin), str(self.clone))
        git(self.clone, "switch", "--quiet", "--create", "main")
        (self.clone / "oncall.yaml").write_text("time_zone: UTC\n")
        git(self.clone, "add", ".")
        git(self.clone, "commit", "--quiet", "--message", "first")
        git(self.clone, "push", "--quiet", "origin", "main")

    def has(self, text):
        (self.folder / "pulled").write_text(text)

    def run_job(self, **more):
        """A job begins with a fresh checkout of the default branch."""
        git(self.clone, "fetch", "--quiet", "origin", "main")
        git(self.clone, "checkout", "--quiet", "--force", "--detach", "origin/main")
        git(self.clone, "clean", "--quiet", "-fd")
        env = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI_", "ONCALL_"))}
        env |= {"PATH": f"{self.folder / 'bin'}:{env['PATH']}", "ANSWERS": str(self.folder), "ONCALL_URL": "http://server"}
        env |= {"GITHUB_ACTIONS": "true"} | more
        job = subprocess.run(["bash", str(SCRIPT)], cwd=self.clone, env=env, capture_output=True, text=True, timeout=SECONDS_MAX)
        self.assertEqual(job.returncode, 0, job.stderr)
        return job.stdout

    def proposed(self):
        return git(self.origin, "show", f"{BRANCH}:overrides/run-time.yaml") + "\n"

    def asked(self):
        path = self.folder / "gh"
        return [line.split()[1] for line in path.read_text().splitlines()] if path.exists() else []

    def test_nothing_new_is_no_branch_and_no_request(self):
        self.assertIn("Nothing to propose", self.run_job())
        self.assertEqual(git(self.origin, "branch", "--list", BRANCH), "")
        self.assertEqual(self.asked(), [])

    def test_an_override_becomes_one_pull_request_that_follows_the_server(self):
        self.has("- { id: 41 }\n")
        self.run_job()
        self.assertEqual(self.proposed(), "- { id: 41 }\n")
        first = git(self.origin, "rev-parse", BRANCH)
        self.assertEqual(git(self.origin, "rev-parse", f"{BRANCH}^"), git(self.origin, "rev-parse", "main"))
        # The same again pushes nothing, so that an approval stays.
        self.assertIn("Nothing to push", self.run_job())
        self.assertEqual(git(self.origin, "rev-parse", BRANCH), first)
        self.has("- { id: 41 }\n- { id: 44 }\n")
        self.run_job()
        self.assertEqual(self.proposed(), "- { id: 41 }\n- { id: 44 }\n")
        self.assertEqual(self.asked().count("create"), 1)

    def test_the_request_is_in_the_language_of_the_config(self):
        (self.clone / "oncall.yaml").write_text("time_zone: Asia/Tokyo\nlanguage: ja # ours\n")
        git(self.clone, "commit", "--quiet", "--all", "--message", "Japanese")
        git(self.clone, "push", "--quiet", "origin", "HEAD:main")
        self.has("- { id: 41 }\n")
        self.run_job()
        self.assertIn("--title 稼働中に行われた当番の変更", (self.folder / "gh").read_text())
        self.assertEqual(git(self.origin, "log", "-1", "--format=%s", BRANCH), "稼働中に行われた当番の変更")

    def test_once_merged_there_is_nothing_to_propose(self):
        self.has("- { id: 41 }\n")
        self.run_job()
        git(self.origin, "branch", "--force", "main", BRANCH)
        self.assertIn("Nothing to propose", self.run_job())

    def test_a_branch_that_main_has_left_behind_is_made_anew(self):
        self.has("- { id: 41 }\n")
        self.run_job()
        git(self.clone, "checkout", "--quiet", "--force", "-B", "main", "origin/main")
        (self.clone / "README.md").write_text("more\n")
        git(self.clone, "add", ".")
        git(self.clone, "commit", "--quiet", "--message", "more")
        git(self.clone, "push", "--quiet", "origin", "main")
        self.run_job()
        self.assertEqual(git(self.origin, "rev-parse", f"{BRANCH}^"), git(self.origin, "rev-parse", "main"))

    def test_in_gitlab_the_push_opens_the_merge_request(self):
        hook = self.origin / "hooks/pre-receive"
        hook.write_text('#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ >"$ANSWERS/options"\nexit 0\n')
        hook.chmod(0o755)
        git(self.origin, "config", "receive.advertisePushOptions", "true")
        self.has("- { id: 41 }\n")
        server, path = f"file://{self.folder}", "origin"
        os.environ.setdefault("GIT_CONFIG_NOSYSTEM", "1")
        # A file has no password: git takes the address without it.
        instead = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{server}/.insteadOf", "GIT_CONFIG_VALUE_0": f"file://oncall:secret@{self.folder}/"}
        self.run_job(GITHUB_ACTIONS="", CI_PROJECT_PATH=path, CI_SERVER_URL=server, CI_DEFAULT_BRANCH="main", ONCALL_PUSH_TOKEN="secret", **instead)
        self.assertEqual(self.proposed(), "- { id: 41 }\n")
        options = (self.folder / "options").read_text()
        self.assertIn("merge_request.create", options)
        self.assertIn("merge_request.target=main", options)
        self.assertEqual(self.asked(), [])


if __name__ == "__main__":
    unittest.main()
