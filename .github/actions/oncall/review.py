#!/usr/bin/env python3
"""Reviews a change of an on-call config: `oncall validate`, and `oncall dry-run` as one comment that is kept current.

Runs in GitHub Actions, in GitLab CI, and anywhere else, where it only prints. It needs Python's standard library, git,
and `oncall` on the PATH. Exit status: that of `validate`, then that of `dry-run`. A comment that may not be written (a
fork's token may not) fails nothing: the preview is then in the job's summary, or in its log.

    ONCALL            the program [oncall]
    ONCALL_DIRECTORY  the config directory [.]
    ONCALL_BASE       the branch or revision to compare with [the target of the pull request]
    ONCALL_STRICT     `true`: warnings fail, as errors do [false]
    ONCALL_FAIL_ON    now-changes, gaps or unpaged, or several with commas [none]
    ONCALL_COMMENT    `false`: no comment [true]
    ONCALL_TOKEN      may write the comment: GitHub's job token, or a project access token of GitLab with the scope `api`
"""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

# GitHub takes 65,536 characters. `oncall` itself stays below 60,000 bytes.
BYTES_MAX = 60_000
PAGES_MAX = 30
SECONDS_MAX = 30

# What this script itself says in a comment, by the `language` of the config; the rest is what `oncall` says.
WORDS = {
    "en": {
        "title": "### Who is on call",
        "invalid": "There is no preview: `oncall validate` found errors. They are in the job, and beside their lines.",
        "strict": "`oncall validate --strict` found errors or warnings: see the job.",
        "errors": "`oncall validate` found errors: see the job.",
        "nothing": "There is no preview:",
    },
    "ja": {
        "title": "### 誰が当番か",
        "invalid": "変更の影響は表示できません。`oncall validate` がエラーを見つけました。ジョブのログと、該当する行に表示しています。",
        "strict": "`oncall validate --strict` がエラーまたは警告を見つけました。ジョブのログに表示しています。",
        "errors": "`oncall validate` がエラーを見つけました。ジョブのログに表示しています。",
        "nothing": "変更の影響は表示できません。",
    },
}


def main():
    program = os.environ.get("ONCALL") or "oncall"
    directory = os.environ.get("ONCALL_DIRECTORY") or "."
    forge = forge_of(os.environ)
    github = os.environ.get("GITHUB_ACTIONS") == "true"
    strict = os.environ.get("ONCALL_STRICT") == "true"
    command = [program, "validate", "--format", "github" if github else "human"]
    validated = run(command + ["--strict"] * strict + [directory])
    print(validated.stdout, end="")
    print(validated.stderr, end="", file=sys.stderr, flush=True)
    base = os.environ.get("ONCALL_BASE") or (forge and forge["base"])
    if not base:
        return validated.returncode
    command = [program, "dry-run", "--base", commit_of(base, directory), "--format", "markdown"]
    if os.environ.get("ONCALL_FAIL_ON"):
        command += ["--fail-on", os.environ["ONCALL_FAIL_ON"]]
    if os.environ.get("ONCALL_DAYS"):
        command += ["--days", os.environ["ONCALL_DAYS"]]
    compared = run(command + [directory])
    print(compared.stderr, end="", file=sys.stderr, flush=True)
    mark = f"<!-- oncall dry-run {directory} -->"
    body = comment(mark, WORDS[language_of(directory)], validated, compared)
    tell(forge, mark, body)
    return validated.returncode or compared.returncode


def run(command):
    """Runs a command; a program that is not there is an error of the set-up, not of the config."""
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    except OSError as error:
        sys.exit(f"error: cannot run {command[0]}: {error.strerror}: put oncall on the PATH, or set ONCALL")


def commit_of(base, directory):
    """The id of the commit that a branch or revision is now: a pull request may bring a folder of the branch's name.

    What git does not know is left to `oncall`, as what can only be a revision."""
    if os.path.isabs(base) or base.startswith("."):
        return base
    for name in (f"refs/remotes/{base}", f"refs/remotes/origin/{base}", base):
        command = ["git", "-C", directory, "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"]
        try:
            found = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
        except OSError:
            break
        if found.returncode == 0:
            return found.stdout.strip()
    return base + "^{commit}"


def language_of(directory):
    """The `language` at the top of oncall.yaml, which is what `oncall` speaks; English where it says nothing."""
    try:
        with open(os.path.join(directory, "oncall.yaml"), encoding="utf-8", errors="replace") as file:
            found = re.search(r"""^(?:"language"|'language'|language)[ \t]*:[ \t]*["']?ja\b""", file.read(), re.MULTILINE)
    except OSError:
        return "en"
    return "ja" if found else "en"


def comment(mark, words, validated, compared):
    """The comment, beginning with its mark, and never too long for the forge."""
    lines = compared.stdout.splitlines()
    if lines and lines[0].startswith("<!--"):
        lines = lines[1:]
    if not lines:
        lines = [words["title"], "", no_preview(words, validated, compared)]
    elif validated.returncode:
        lines += ["", words["strict" if "--strict" in validated.args else "errors"]]
    body = "\n".join([mark] + lines).encode("utf-8", "replace")
    return body[:BYTES_MAX].decode("utf-8", "ignore") + "\n"


def no_preview(words, validated, compared):
    if validated.returncode:
        return words["invalid"]
    fenced = compared.stderr.replace("`", "'").strip()[:2000]
    return f"{words['nothing']}\n\n```text\n{fenced}\n```"


def tell(forge, mark, body):
    """Writes the comment, and the preview where those look who see no comment."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with open(summary, "a", encoding="utf-8") as file:
            file.write(body)
    else:
        print(body)
    if forge is None or os.environ.get("ONCALL_COMMENT") == "false":
        return
    if not forge["headers"]:
        return note("no comment: ONCALL_TOKEN is not set")
    try:
        write(forge, mark, body)
    except urllib.error.HTTPError as error:
        note(f"no comment: {error.code} {error.reason} from {urllib.parse.urlsplit(forge['comments']).netloc}: {forge['way_out']}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        note(f"no comment: {error}")


def note(text):
    print(f"::warning title=oncall::{text}" if os.environ.get("GITHUB_ACTIONS") == "true" else f"warning: {text}")


def write(forge, mark, body):
    """Replaces the comment of an earlier run, or adds the first one."""
    own = next((it for it in comments(forge) if it["body"].startswith(mark) and forge["is_own"](it)), None)
    if own is None:
        request("POST", forge["comments"], forge, {"body": body})
    elif own["body"].strip() != body.strip():
        request(forge["update"], forge["comment"](own), forge, {"body": body})


def comments(forge):
    for page in range(1, PAGES_MAX + 1):
        query = urllib.parse.urlencode({"per_page": 100, "page": page})
        found = request("GET", f"{forge['comments']}?{query}", forge)
        yield from found
        if len(found) < 100:
            return


def request(method, url, forge, value=None):
    data = None if value is None else json.dumps(value).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "oncall", **forge["headers"]}
    call = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(call, timeout=SECONDS_MAX) as response:
        return json.load(response)


def forge_of(env):
    """The pull request that this job is about, and how its comments are read and written; None if there is none."""
    if env.get("GITHUB_EVENT_NAME") in ("pull_request", "pull_request_target"):
        return github_pull_request(env)
    if env.get("CI_MERGE_REQUEST_IID"):
        return gitlab_merge_request(env)
    return None


def github_pull_request(env):
    # https://docs.github.com/en/rest/issues/comments
    with open(env["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
        number = json.load(file)["pull_request"]["number"]
    repository = f"{env['GITHUB_API_URL']}/repos/{env['GITHUB_REPOSITORY']}"
    token = env.get("ONCALL_TOKEN")
    return {
        "base": f"origin/{env['GITHUB_BASE_REF']}",
        "comments": f"{repository}/issues/{number}/comments",
        "comment": lambda it: f"{repository}/issues/comments/{it['id']}",
        "update": "PATCH",
        # A person may have copied the mark: what they wrote stays theirs.
        "is_own": lambda it: it["user"]["type"] == "Bot",
        "headers": {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"} if token else {},
        "way_out": "the job needs `permissions: pull-requests: write`, and a fork's job may not have it",
    }


def gitlab_merge_request(env):
    # https://docs.gitlab.com/api/notes/
    project = f"{env['CI_API_V4_URL']}/projects/{env['CI_PROJECT_ID']}"
    notes = f"{project}/merge_requests/{env['CI_MERGE_REQUEST_IID']}/notes"
    token = env.get("ONCALL_TOKEN")
    forge = {
        "base": f"origin/{env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME']}",
        "comments": notes,
        "comment": lambda it: f"{notes}/{it['id']}",
        "update": "PUT",
        "headers": {"PRIVATE-TOKEN": token} if token else {},
        "way_out": "ONCALL_TOKEN must be a project access token with the scope `api` and the role Reporter or higher",
    }
    me = []

    def is_own(found):
        if not me:
            me.append(request("GET", f"{env['CI_API_V4_URL']}/user", forge)["id"])
        return found["author"]["id"] == me[0]

    forge["is_own"] = is_own
    return forge


if __name__ == "__main__":
    sys.exit(main())
