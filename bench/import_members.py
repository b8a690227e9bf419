"""How long `import_members` takes and how much memory, on SQLite and, where DATABASE_URL names it, on PostgreSQL.

    python bench/import_members.py                  # small: 2,000 and 4,000 members in 200 cells
    SIZE=province python bench/import_members.py    # 20,000 and 100,000 members in 5,000 cells

The files are made here, in the shape of the province: a root, 13 committees below it, some 260 communes, and cells. For
each size: a fresh database, the tree, all members (created), then the same file with every tenth member in another
cell (moved). Memory is the peak resident set of the command's own process.
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"small": ((2_000, 4_000), 200), "province": ((20_000, 100_000), 5_000)}
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Vũ", "Bùi", "Đỗ", "Hồ")
MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Minh", "Thanh", "Quốc", "Ngọc")
GIVEN = ("An", "Bình", "Cường", "Dũng", "Hòa", "Hương", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quý", "Thủy", "Uyên")


def write_units(path: Path, cells: int) -> list[str]:
    """A tree with so many cells; returns their codes."""
    communes = [f"X{n:03d}" for n in range(min(260, cells))]
    codes = [f"{communes[n % len(communes)]}C{n:05d}" for n in range(cells)]
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["code", "name", "level", "parent_code", "valid_from"])
        rows.writerow(["TB", "Tỉnh ủy Thái Bình", "province", "", "2020-01-01"])
        rows.writerows([f"D{n:02d}", f"Huyện ủy {n}", "district", "TB", "2020-01-01"] for n in range(13))
        rows.writerows(
            [code, f"Đảng ủy xã {n}", "grassroots", f"D{n % 13:02d}", "2020-01-01"] for n, code in enumerate(communes)
        )
        rows.writerows([code, f"Chi bộ {code}", "cell", code.partition("C")[0], "2020-01-01"] for code in codes)
    return codes


def write_members(path: Path, count: int, cells: list[str], *, shifted_every: int = 0) -> None:
    """So many people, spread over the cells; every so-and-so-many-th in the next cell."""
    names = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["code", "full_name", "phone", "email", "birth_date", "status", "cell_code", "positions"])
        for n in range(count):
            shift = 1 if shifted_every and n % shifted_every == 0 else 0
            cell = cells[(n + shift) % len(cells)]
            rows.writerow(
                [
                    f"DV{n:06d}",
                    f"{names.choice(FAMILY)} {names.choice(MIDDLE)} {names.choice(GIVEN)}",
                    f"09{n:08d}",
                    "",
                    f"{1940 + n % 60}-{1 + n % 12:02d}-{1 + n % 28:02d}",
                    "official",
                    cell,
                    f"{cells[n]}:secretary" if n < len(cells) else "",
                ]
            )


def run(env: dict[str, str], *command: str) -> tuple[float, int]:
    """Seconds and peak memory, in MB, of one management command; stops the benchmark where it fails."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "manage.py", *command], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - started, usage.ru_maxrss // 1024


def measure(folder: Path, name: str, url: str, members: int, cells: int) -> None:
    """One row of the table."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.demo", "VAR_DIR": str(folder), "DATABASE_URL": url}
    env["TQDM_MININTERVAL"] = "10"
    units, people, moved = folder / "units.csv", folder / "people.csv", folder / "moved.csv"
    codes = write_units(units, cells)
    write_members(people, members, codes)
    write_members(moved, members, codes, shifted_every=10)
    run(env, "migrate", "-v0")
    tree, _memory = run(env, "import_organizations", str(units), "-v0")
    create, create_memory = run(env, "import_members", str(people), "-v0")
    move, move_memory = run(env, "import_members", str(moved), "-v0")
    figures = (f"{tree:.1f}", f"{create:.1f}", create_memory, f"{move:.1f}", move_memory)
    print(f"| {name} | {members:,} | {cells:,} | {' | '.join(map(str, figures))} |", flush=True)


def main() -> None:
    """Print the table."""
    sizes, cells = SIZES[os.environ.get("SIZE", "small")]
    server = os.environ.get("DATABASE_URL", "")
    print("| database | members | cells | tree, s | create, s | peak MB | again with a tenth moved, s | peak MB |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for members in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), "SQLite", f"sqlite:///{folder}/bench.sqlite3", members, cells)
        if server.startswith("postgres"):
            scratch = f"sotay_bench_{os.getpid()}"
            with psycopg.connect(server, autocommit=True) as connection, tempfile.TemporaryDirectory() as folder:
                connection.execute(f"CREATE DATABASE {scratch}")
                try:
                    url = urllib.parse.urlsplit(server)._replace(path=f"/{scratch}").geturl()
                    measure(Path(folder), "PostgreSQL", url, members, cells)
                finally:
                    connection.execute(f"DROP DATABASE {scratch} WITH (FORCE)")


if __name__ == "__main__":
    main()
