#!/usr/bin/env bash
# Puts `oncall` on the PATH of the steps that follow: builds it from the source at ONCALL_SOURCE (a git address or a
# directory; ONCALL_REVISION is a tag, a branch or a commit) into ONCALL_ROOT, unless it is there already.
set -euo pipefail

root=${ONCALL_ROOT:?is the folder to install to}
if command -v oncall >/dev/null; then
  oncall --version
  exit 0
fi
if [ ! -x "$root/bin/oncall" ]; then
  if [ -z "${ONCALL_SOURCE:-}" ]; then
    echo "::error title=oncall::oncall is not on the PATH, and \`source\` does not say where to build it from" >&2
    exit 1
  fi
  from=(--git "$ONCALL_SOURCE")
  if [ -d "$ONCALL_SOURCE" ]; then
    from=(--path "$ONCALL_SOURCE")
  elif [ -n "${ONCALL_REVISION:-}" ]; then
    # Cargo tells tags, branches and commits apart; people should not have to.
    if git ls-remote --exit-code --tags "$ONCALL_SOURCE" "refs/tags/$ONCALL_REVISION" >/dev/null; then
      from+=(--tag "$ONCALL_REVISION")
    elif git ls-remote --exit-code --heads "$ONCALL_SOURCE" "refs/heads/$ONCALL_REVISION" >/dev/null; then
      from+=(--branch "$ONCALL_REVISION")
    else
      from+=(--rev "$ONCALL_REVISION")
    fi
  fi
  cargo install --locked --root "$root" "${from[@]}"
fi
"$root/bin/oncall" --version
echo "$root/bin" >>"${GITHUB_PATH:-/dev/null}"
