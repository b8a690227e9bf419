"""What client developers are given: the typed example, and the page that says how to write a client."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from audit.enums import RefusalCode
from tests.api.conftest import OPERATIONS
from tests.conftest import make_member, make_user

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "clients" / "typescript"
PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
INSTALLED = shutil.which("npm") and (EXAMPLE / "node_modules").is_dir()


def test_the_example_pins_what_it_needs():
    package = json.loads((EXAMPLE / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((EXAMPLE / "package-lock.json").read_text(encoding="utf-8"))
    assert "dependencies" not in package, "the client itself needs nothing but fetch"
    for name, version in package["devDependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_the_page_says_what_to_do_on_each_code():
    codes = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.M)
    assert codes == [*(code.value for code in RefusalCode), "LIMIT_EXCEEDED", "INTERNAL"]


def test_the_page_names_operations_that_are_there():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in OPERATIONS.glob("*.graphql")}
    names = set(re.findall(r"^(?:query|mutation) (\w+)", "\n".join(texts.values()), re.M))
    assert set(re.findall(r"operationName(?:=|\": \")(\w+)", PAGE)) <= names
    assert {"Home", "Article", "Documents", "Me", "SignIn", "Refresh", "Decide"} <= names
    assert ("'home', 'Home'" in PAGE) and "query Home(" in texts["home"]


def test_the_samples_read_what_the_home_screen_asks_for():
    home = set(re.findall(r"\w+", (OPERATIONS / "home.graphql").read_text(encoding="utf-8")))
    swift = re.search(r"struct Home.*?^}$", PAGE, re.M | re.S).group()
    read = {name for names in re.findall(r"let ([\w, ]+):", swift) for name in names.split(", ")}
    assert {"articles", "edges", "node", "title", "endCursor", "image", "width"} <= read
    assert read <= home
    dart = set(re.findall(r"\['(\w+)'\]", re.search(r"^```dart$.*?^```$", PAGE, re.M | re.S).group()))
    assert {"edges", "node", "pageInfo", "hasNextPage", "endCursor"} <= dart
    assert dart - {"data", "errors", "etag"} <= home


@pytest.mark.skipif(not INSTALLED, reason="needs node, and npm ci in clients/typescript")
def test_the_example_is_generated_built_tested_and_run(province, out, live_server):
    make_member("DV000002", province.units.TB01XA, make_user("DV000002"))
    for number in range(12):
        out(f"Tin {number}", body=[{"id": "1", "type": "text", "value": "<p>Nội dung</p>"}])

    def npm(*arguments):
        done = subprocess.run(
            ["npm", *arguments],
            cwd=EXAMPLE,
            env={"PATH": os.environ["PATH"], "SOTAY": live_server.url, "DEMO_PASSWORD": "matkhau-2026"},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "# fail 0" in npm("test")
    lines = [line.strip() for line in npm("run", "example").splitlines()]
    assert "304: the answer of before still holds" in lines
    assert "12 read" in lines
    assert sum(line.startswith("POST Refresh: 200") for line in lines) == 1
    assert lines[-1] == "Tỉnh ủy Thái Bình > Huyện ủy 01 > Đảng ủy xã 01 > Chi bộ 01A"
