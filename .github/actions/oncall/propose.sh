#!/usr/bin/env bash
# Opens a pull request with the overrides that people made at run time: `oncall override pull`, a branch, and the request.
# Runs as a scheduled job, in GitHub Actions and in GitLab CI, in a clone of the config's default branch. It needs git and
# `oncall` on the PATH; in GitHub Actions also `gh`, which is there.
#
#   ONCALL_URL        the address of the running server
#   ONCALL_TOKEN      the value of one of its api_tokens; it only reads
#   ONCALL_DIRECTORY  the config directory [.]
#   ONCALL_BRANCH     the branch of the pull request [oncall/run-time]; it is written over
#   GH_TOKEN          in GitHub Actions: the job's token, with `contents: write` and `pull-requests: write`
#   ONCALL_PUSH_TOKEN in GitLab CI: a project access token with the scope `write_repository` and the role Developer
#
# Nothing is pushed while the branch has the same file, so that nobody's approval is lost for nothing.
set -euo pipefail

directory=${ONCALL_DIRECTORY:-.}
branch=${ONCALL_BRANCH:-oncall/run-time}
file=overrides/run-time.yaml
title="Overrides made at run time"
text="Made by people at the running server, which goes on with its own copies until this is merged. \`oncall override pull\` wrote $file."
if grep -qE "^language:[[:space:]]*[\"']?ja" "$directory/oncall.yaml"; then
  title="稼働中に行われた当番の変更"
  text="稼働中のサーバーで行われた変更です。マージするまで、サーバーは手元の内容で動き続けます。\`oncall override pull\` が $file に書き出しました。"
fi

oncall override pull --url "${ONCALL_URL:?is the address of the running server}" "$directory"
cd "$directory"
if [ -z "$(git status --porcelain -- "$file")" ]; then
  echo "Nothing to propose: $file has them all."
  exit 0
fi

push_to=origin
if [ -n "${CI_PROJECT_PATH:-}" ]; then
  push_to="${CI_SERVER_URL/:\/\//:\/\/oncall:${ONCALL_PUSH_TOKEN:?may push the branch}@}/$CI_PROJECT_PATH.git"
fi
base=$(git rev-parse HEAD)
if git fetch --quiet "$push_to" "+refs/heads/$branch:refs/oncall/proposed" 2>/dev/null; then
  same=$(git show "refs/oncall/proposed:./$file" 2>/dev/null | cmp --silent - "$file" && echo yes || echo no)
  newer=$(git merge-base --is-ancestor "$base" refs/oncall/proposed && echo yes || echo no)
  if [ "$same$newer" = yesyes ]; then
    echo "Nothing to push: $branch has the same file."
    [ "${GITHUB_ACTIONS:-}" = true ] || exit 0
  fi
fi

if [ "${same:-no}${newer:-no}" != yesyes ]; then
  git switch --quiet --force-create "$branch"
  git add -- "$file"
  git -c user.name=oncall -c user.email=oncall@localhost commit --quiet --message "$title"
  options=()
  if [ -n "${CI_PROJECT_PATH:-}" ]; then
    # GitLab opens the merge request itself: https://docs.gitlab.com/topics/git/commit/#push-options-for-merge-requests
    options=(-o merge_request.create -o "merge_request.target=$CI_DEFAULT_BRANCH" -o "merge_request.title=$title" -o merge_request.remove_source_branch)
  fi
  git push --quiet --force ${options[@]+"${options[@]}"} "$push_to" "HEAD:refs/heads/$branch"
  echo "Pushed $branch."
fi

if [ "${GITHUB_ACTIONS:-}" = true ]; then
  open=$(gh pr list --head "$branch" --state open --json number --jq length)
  if [ "$open" = 0 ]; then
    gh pr create --head "$branch" --title "$title" --body "$text"
  fi
fi
