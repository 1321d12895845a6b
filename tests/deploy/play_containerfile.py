"""Runs the commands of deploy/Containerfile in a clean Debian without a container engine.

    debootstrap --variant=minbase bookworm /srv/clean
    python -m tests.deploy.play_containerfile /srv/clean [--serve ENV]

Needs root (chroot). It understands the instructions that our file uses, and refuses others. With --serve it then runs
the image's command, with the environment of a file like deploy/memberline.env.example.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
NOTHING_TO_DO = frozenset({"FROM", "VOLUME", "EXPOSE", "HEALTHCHECK"})


def read_instructions(path: Path = CONTAINERFILE) -> list[tuple[str, str]]:
    """The instructions with their arguments, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [(line.split()[0], line.split(None, 1)[1].strip()) for line in lines if line.strip()]


def list_copied_files() -> list[str]:
    """What `COPY . .` takes: the files of git that .dockerignore does not leave out."""
    git = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    rules = [line for line in (ROOT / ".dockerignore").read_text().split("\n") if line and not line.startswith("#")]

    def is_left_out(name: str) -> bool:
        parents = [str(parent) for parent in Path(name).parents] + [name]
        return any(fnmatch(parent, rule.removeprefix("**/")) for parent in parents for rule in rules)

    return [name for name in git.stdout.splitlines() if not is_left_out(name)]


class Player:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = "/"
        self.user = ""
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        self.command: list[str] = []

    def play(self, instruction: str, argument: str) -> None:
        match instruction:
            case "RUN":
                self.run(["/bin/sh", "-c", argument])
            case "WORKDIR":
                self.folder = argument
                self.inside(argument).mkdir(parents=True, exist_ok=True)
            case "COPY":
                if argument != ". .":
                    raise SystemExit(f"not understood: COPY {argument}")
                self.copy_all()
            case "ENV":
                for pair in shlex.split(argument):
                    name, _, value = pair.partition("=")
                    self.environment[name] = value.replace("$PATH", self.environment["PATH"])
            case "USER":
                self.user = argument
            case "CMD":
                self.command = [part.strip(' "') for part in argument.strip("[]").split(",")]
            case _ if instruction not in NOTHING_TO_DO:
                raise SystemExit(f"not understood: {instruction} {argument}")

    def inside(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def copy_all(self) -> None:
        for name in list_copied_files():
            target = self.inside(self.folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)

    def run(self, command: list[str]) -> None:
        """In the clean system, as the user that is set; ends all when it fails."""
        became = ["--userspec", self.user] if self.user else []
        whole = ["chroot", *became, str(self.root), "/usr/bin/env", "-C", self.folder, *command]
        began = time.monotonic()
        done = subprocess.run(whole, env=self.environment, check=False)
        print(f"[{time.monotonic() - began:.0f} s] {' '.join(command)[:100]}", flush=True)
        if done.returncode:
            raise SystemExit(done.returncode)


def read_environment(path: Path) -> dict[str, str]:
    lines = [line.strip() for line in path.read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--serve", type=Path, metavar="ENV")
    parser.add_argument("--certificates", type=Path, help="the CA bundle of a network that looks into TLS")
    arguments = parser.parse_args()
    if os.geteuid():
        sys.exit("chroot needs root")
    player = Player(arguments.root)
    for name in ("etc/resolv.conf", "etc/hosts"):
        shutil.copy2(f"/{name}", arguments.root / name)
    with mounted(arguments.root):
        play_all(player, arguments)


@contextmanager
def mounted(root: Path) -> Iterator[None]:
    """The kernel's file systems, as a container has them."""
    subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
    subprocess.run(["mount", "--rbind", "--make-rslave", "/dev", str(root / "dev")], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(root / "proc")], check=True)
        subprocess.run(["umount", "--recursive", "--lazy", str(root / "dev")], check=True)


def play_all(player: Player, arguments: argparse.Namespace) -> None:
    if arguments.certificates:
        bundle = "/usr/local/share/certificates.crt"
        shutil.copy2(arguments.certificates, player.inside(bundle))
        player.environment |= {"PIP_CERT": bundle, "SSL_CERT_FILE": bundle}
    for instruction, argument in read_instructions():
        player.play(instruction, argument)
    if arguments.serve:
        player.environment |= read_environment(arguments.serve)
        player.run(player.command)


if __name__ == "__main__":
    main()
