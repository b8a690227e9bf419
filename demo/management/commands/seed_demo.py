"""A province to look at: ``manage.py seed_demo``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.actions import record
from demo import bulk, desks, feedback, notices, people, releases, tree, workflow


class Command(BaseCommand):
    """Makes a reproducible province; what is there already is kept as it is."""

    help = "Tạo một tỉnh mẫu: cây tổ chức thật, con người giả định, nội dung ở mọi trạng thái. Chạy lại không đổi gì."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=300, help="số đảng viên")
        parser.add_argument("--cells", type=int, default=120, help="số chi bộ")
        parser.add_argument("--items", type=int, default=60, help="số nội dung (bản tiếng Anh tính thêm)")
        parser.add_argument("--seed", type=int, default=2026, help="cùng một số cho cùng một tỉnh")

    def handle(self, *args: Any, members: int, cells: int, items: int, seed: int, **options: Any) -> None:
        if not getattr(settings, "DEMO", False):
            raise CommandError("Tài khoản mẫu có mật khẩu ai cũng biết, nên chỉ tạo được ở bản dùng thử (DEMO).")
        if cells < 13 or members < cells:
            raise CommandError("Cần ít nhất 13 chi bộ (mỗi đảng bộ một), và không ít đảng viên hơn chi bộ.")
        made = {
            "tổ chức": tree.seed_tree(cells=cells),
            "đảng viên và chức vụ": people.seed_members(members=members, cells=cells, seed=seed),
            "tài khoản, chuyên mục, nguồn tin": desks.seed_desks(),
            "nguồn cấp tin": desks.seed_feeds(),
            "việc hằng tháng": desks.seed_duties(),
            "thông báo": notices.seed_notices(),
            "góp ý": feedback.seed_feedback(),
            "nội dung": workflow.seed_items(items=min(items, bulk.BEYOND), seed=seed),
            "đợt phát hành": releases.seed_releases(),
            "nội dung ghi hàng loạt": bulk.seed_items(items=items - bulk.BEYOND, seed=seed),
        }
        if not any(made.values()):
            self.stdout.write("Tỉnh mẫu đã đầy đủ, không có gì thay đổi.")
            return
        record(
            "seed_demo", actor="seed_demo", detail={"members": members, "cells": cells, "items": items, "seed": seed}
        )
        for what, count in made.items():
            if count:
                self.stdout.write(f"Đã tạo {count} {what}.")
