#!/usr/bin/env python3
"""Packs a folder as an image of one layer, in the form that `docker load` reads (docker-archive).

usage: pack.py ROOT TAR NAME:TAG. All files belong to user 65532, and have the time of SOURCE_DATE_EPOCH, so that the same
binary gives the same image.
"""

import hashlib
import io
import json
import os
import platform
import sys
import tarfile
import time

USER = 65532


def main() -> None:
    root, target, name = sys.argv[1:]
    made = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    layer = layer_of(root, made)
    digest = hashlib.sha256(layer).hexdigest()
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    config = {
        "architecture": os.environ.get("IMAGE_ARCHITECTURE", architecture),
        "os": "linux",
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(made)),
        "config": {
            "User": f"{USER}:{USER}",
            "Env": ["PATH=/usr/bin", "HOME=/var/lib/oncall", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
            "Entrypoint": ["/usr/bin/oncall"],
            "Cmd": ["--help"],
            "ExposedPorts": {"8080/tcp": {}},
            "Volumes": {"/var/lib/oncall": {}},
            "StopSignal": "SIGTERM",
            # In nanoseconds.
            "Healthcheck": {
                "Test": ["CMD", "/usr/bin/oncall", "healthcheck"],
                "Interval": 10_000_000_000,
                "Timeout": 6_000_000_000,
                "StartPeriod": 30_000_000_000,
                "Retries": 3,
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "history": [{"created_by": "packaging/image/build"}],
    }
    about = json.dumps(config, separators=(",", ":")).encode()
    about_name = hashlib.sha256(about).hexdigest() + ".json"
    manifest = [{"Config": about_name, "RepoTags": [name], "Layers": [f"{digest}/layer.tar"]}]
    with tarfile.open(target, "w") as image:
        for path, data in (
            (about_name, about),
            (f"{digest}/layer.tar", layer),
            ("manifest.json", json.dumps(manifest).encode()),
        ):
            image.addfile(described(path, made, size=len(data)), io.BytesIO(data))


def layer_of(root: str, made: int) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as layer:
        for folder, folders, files in os.walk(root):
            folders.sort()
            for name in folders:
                path = os.path.join(folder, name)
                about = described(os.path.relpath(path, root), made, mode=os.stat(path).st_mode & 0o7777)
                about.type = tarfile.DIRTYPE
                # Only the state and /tmp are anybody's to write.
                about.uid = about.gid = USER if about.name == "var/lib/oncall" else 0
                layer.addfile(about)
            for name in sorted(files):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    data = file.read()
                about = described(
                    os.path.relpath(path, root), made, size=len(data), mode=os.stat(path).st_mode & 0o7777
                )
                layer.addfile(about, io.BytesIO(data))
    return packed.getvalue()


def described(name: str, made: int, size: int = 0, mode: int = 0o644) -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.size, about.mode, about.mtime = size, mode, made
    return about


if __name__ == "__main__":
    main()
