#!/usr/bin/env bash
# Puts `oncall` on the PATH of the steps that follow, unless an `oncall` of the version that is asked for is there already.
# With ONCALL_VERSION it downloads that release and checks its SHA-256; without, it builds from source, which takes minutes.
#
#   ONCALL_ROOT      the folder to install to; a cache may keep it
#   ONCALL_VERSION   the tag of a release, as in v0.1.0
#   ONCALL_RELEASES  where releases are: ONCALL_RELEASES/v0.1.0/SHA256SUMS [ONCALL_SOURCE/releases/download]
#   ONCALL_SOURCE    the git address or the directory of the source
#   ONCALL_REVISION  the tag, branch or commit to build, without ONCALL_VERSION
set -euo pipefail

SECONDS_MAX=300
BYTES_MAX=200000000
root=${ONCALL_ROOT:?is the folder to install to}

fail() {
  if [ "${GITHUB_ACTIONS:-}" = true ]; then echo "::error title=oncall::$1"; else echo "error: $1" >&2; fi
  exit 1
}

is_version() { [ "$("$1" --version 2>/dev/null | cut -d' ' -f2)" = "${ONCALL_VERSION#v}" ]; }

# The archive that release.yml makes for this machine.
target() {
  case "$(uname -s) $(uname -m)" in
    "Linux x86_64") echo x86_64-unknown-linux-gnu ;; # linked statically: it runs on musl, too
    "Linux aarch64" | "Linux arm64") echo aarch64-unknown-linux-musl ;;
    "Darwin x86_64") echo x86_64-apple-darwin ;;
    "Darwin arm64") echo aarch64-apple-darwin ;;
    *) return 1 ;;
  esac
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# Whoever can change what is downloaded can run anything in this job. Plain HTTP is for tests on this machine.
fetch() {
  local protocols="=https"
  case "$1" in http://127.0.0.1:* | http://localhost:*) protocols="=http,https" ;; esac
  curl --fail --silent --show-error --location --proto "$protocols" --retry 3 --connect-timeout 20 \
    --max-time "$SECONDS_MAX" --max-filesize "$BYTES_MAX" --output "$2" "$1" ||
    fail "cannot download $1: is there a release $ONCALL_VERSION with this file, and may this job read it?"
}

download() {
  local releases=${ONCALL_RELEASES:-} machine file expected actual
  if [ -z "$releases" ]; then
    case "${ONCALL_SOURCE:-}" in
      https://*) releases="${ONCALL_SOURCE%.git}/releases/download" ;;
      *) fail "\`releases\` does not say where the release $ONCALL_VERSION is, and \`source\` is no https address of a repository" ;;
    esac
  fi
  releases=${releases%/}/$ONCALL_VERSION
  machine=$(target) || fail "no release is made for $(uname -s) on $(uname -m): leave \`version\` empty, and set \`source\` to build it"
  file=oncall-$machine.tar.gz
  mkdir -p "$root"
  scratch=$(mktemp -d "$root/download.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  fetch "$releases/SHA256SUMS" "$scratch/SHA256SUMS"
  expected=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$scratch/SHA256SUMS")
  [[ "$expected" =~ ^[0-9a-f]{64}$ ]] || fail "$releases/SHA256SUMS has no checksum of $file"
  fetch "$releases/$file" "$scratch/$file"
  actual=$(sha256 "$scratch/$file")
  if [ "$actual" != "$expected" ]; then
    fail "$releases/$file is not what was released: its SHA-256 is $actual, and SHA256SUMS says $expected. Nothing was installed"
  fi
  tar -xzf "$scratch/$file" -C "$scratch" oncall
  mkdir -p "$root/bin"
  mv "$scratch/oncall" "$root/bin/oncall"
}

build() {
  local from=(--git "${ONCALL_SOURCE:-}")
  if [ -z "${ONCALL_SOURCE:-}" ]; then
    fail "oncall is not on the PATH: set \`version\` to download a release, or \`source\` to build it"
  elif [ -d "$ONCALL_SOURCE" ]; then
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
}

if command -v oncall >/dev/null && { [ -z "${ONCALL_VERSION:-}" ] || is_version oncall; }; then
  oncall --version
  exit 0
fi
# What is in a cache may be of another version than the one that is asked for now.
asked=${ONCALL_VERSION:-${ONCALL_SOURCE:-} ${ONCALL_REVISION:-}}
if [ ! -x "$root/bin/oncall" ] || [ "$(cat "$root/asked" 2>/dev/null)" != "$asked" ]; then
  rm -rf "${root:?}/asked" "${root:?}/bin"
  if [ -z "${ONCALL_VERSION:-}" ]; then
    build
  elif [[ "$ONCALL_VERSION" =~ ^[A-Za-z0-9._+-]+$ ]]; then
    download
  else
    fail "\`version\` is the tag of a release, as in v0.1.0, and not $ONCALL_VERSION"
  fi
  echo "$asked" >"$root/asked"
fi
"$root/bin/oncall" --version
echo "$root/bin" >>"${GITHUB_PATH:-/dev/null}"
