"""One full example of every document, used by the tests and by `bench/documents.py`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sauro.serve.documents import facts

NOW = datetime(2026, 11, 20, 8, 40, 5, tzinfo=UTC)
CHECKPOINT = (
    "sauro.example/journal\n128734\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— sauro.example/journal Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
LETTERHEAD = facts.Letterhead(
    superior="Ủy ban nhân dân phường Hoàn Kiếm",
    agency="Trung tâm Phục vụ hành chính công",
    number="0127/TNHS",
    place="Hà Nội",
)
PROOF = facts.Proof(url="https://hanoi.example/kiem-tra/H26.01-261120-0127", checkpoint=CHECKPOINT)
APPLICANT = facts.Person(
    name="Nguyễn Thị Thuý Quỳnh",
    address="Số 18 ngõ 4 phố Đặng Dung, phường Hoàn Kiếm, thành phố Hà Nội",
    phone="0912 345 678",
    email="quynh@thu.example",
)
OFFICER = facts.Officer(position="công chức tiếp nhận hồ sơ", name="Trần Văn Đức", phone="024 3825 0000")
SIGNER = facts.Signatory(position="Phó Chủ tịch", name="Lê Thị Hồng Hạnh", authority="KT. Chủ tịch")
COMPONENTS = (
    facts.Component("Tờ khai đăng ký khai sinh", electronic=1),
    facts.Component("Giấy chứng sinh", originals=1, note="hoặc văn bản của người làm chứng về việc sinh"),
    facts.Component("Giấy tờ chứng minh nơi cư trú của cha, mẹ", copies=1, electronic=1),
)
COMPUTATION = (
    facts.ClockLine("Hồ sơ nộp trực tuyến, ghi nhận đầy đủ và hợp lệ", NOW, "Nghị định 309/2026/NĐ-CP, Điều 8.3"),
    facts.ClockLine("Tiếp nhận sau 15:00: tính từ đầu ngày làm việc tiếp theo", NOW + timedelta(days=2, hours=16.5), "Nghị định 309/2026/NĐ-CP, Điều 9"),
    facts.ClockLine("Ngày nghỉ: thứ Bảy 21/11, Chủ nhật 22/11 không tính", None, "Lịch làm việc 2026"),
    facts.ClockLine("Cộng 03 ngày làm việc (24 giờ)", NOW + timedelta(days=5, hours=1), "Luật Hộ tịch, Điều 16"),
)  # fmt: skip
LATER = NOW + timedelta(days=5, hours=1)
BASIS = ("Luật Hộ tịch 60/2014/QH13, Điều 16", "Nghị định 309/2026/NĐ-CP, Điều 8 khoản 1")


def case(**other: Any) -> dict[str, Any]:
    """What every document about the sample dossier shares."""
    return {
        "letterhead": LETTERHEAD,
        "issued": NOW,
        "proof": PROOF,
        "demonstration": True,
        "dossier": "H26.01-261120-0127",
        "procedure_code": "1.001193",
        "procedure_name": "Thủ tục đăng ký khai sinh",
        "applicant": APPLICANT,
        **other,
    }


def documents(**other: Any) -> dict[str, facts.Document]:
    """Every document by the name of its form; `other` replaces what they share."""
    shared = case(**other)
    return {**at_intake(shared), **under_way(shared), "result": result(shared)}


def at_intake(shared: dict[str, Any]) -> dict[str, facts.Document]:
    """Acknowledgement and forms 01 to 03."""
    return {
        "acknowledgement": facts.Acknowledgement(
            **shared, submitted=NOW, components=COMPONENTS, result_by=LATER, limit="Trong ngày làm việc"
        ),
        "form01": facts.Form01(
            **shared,
            accepted=NOW,
            due=LATER,
            components=COMPONENTS,
            limit="03 ngày làm việc",
            computation=COMPUTATION,
            collect_at="tại Trung tâm Phục vụ hành chính công, hoặc bản điện tử trong hộp thư",
            officer=OFFICER,
            fees=(
                facts.Fee("Lệ phí đăng ký khai sinh", 8000, paid=True),
                facts.Fee("Bản sao trích lục", 16000),
            ),
        ),
        "form02": facts.Form02(
            **shared,
            deficiencies=(
                facts.Deficiency(
                    "Giấy chứng sinh",
                    "Ảnh chụp mờ, không đọc được số và ngày cấp",
                    "Chụp lại trang có số, đủ bốn góc, hoặc mang bản chính đến bộ phận một cửa",
                    "Luật Hộ tịch, Điều 16",
                ),
                facts.Deficiency(
                    "Họ, chữ đệm, tên của mẹ",
                    "Khác với Cơ sở dữ liệu quốc gia về dân cư",
                    "Sửa tại mục 4 của tờ khai",
                ),
            ),
            officer=OFFICER,
            stage="Sau tiếp nhận, đang giải quyết",
            ordinal=2,
            answer_by=LATER,
        ),
        "form03": facts.Form03(
            **shared,
            reasons=(
                "Việc đăng ký khai sinh cho cháu đã được thực hiện ngày 02/10/2026 tại phường Ba Đình.",
            ),
            basis=BASIS,
            officer=OFFICER,
            guidance="Ông/bà có thể xin cấp bản sao trích lục khai sinh (thủ tục 2.000635) tại bất kỳ bộ phận một cửa nào.",
        ),
    }


def under_way(shared: dict[str, Any]) -> dict[str, facts.Document]:
    """Forms 04 to 06."""
    return {
        "form04": facts.Form04(
            **shared,
            accepted=NOW,
            original_due=LATER,
            new_due=LATER + timedelta(days=3),
            reason="Cơ quan đăng ký nơi cư trú cũ chưa trả lời văn bản xác minh số 45/UBND-TP.",
            ordinal=1,
            limit=1,
            signer=SIGNER,
        ),
        "form05": facts.Form05(
            **shared,
            accepted=NOW,
            request="Người nộp đề nghị dừng giải quyết ngày 23/11/2026",
            stage="Đang thẩm định",
            decision="Dừng giải quyết hồ sơ theo đề nghị của người nộp hồ sơ.",
            basis=BASIS,
            money="Lệ phí 8.000 đ đã nộp được hoàn trả qua tài khoản đã thanh toán trong 05 ngày làm việc.",
            signer=SIGNER,
        ),
        "form06": facts.Form06(**shared, accepted=NOW, due=LATER, handovers=handovers(LATER)),
    }


def handovers(due: datetime) -> tuple[facts.Handover, ...]:
    """A chain of four hands, one of them late."""
    clerk = facts.Officer("công chức tư pháp - hộ tịch", "Phạm Minh Tuấn")
    head = facts.Officer("Phó Chủ tịch UBND phường", "Lê Thị Hồng Hạnh")
    return (
        facts.Handover(OFFICER, clerk, NOW, NOW + timedelta(hours=4), "before"),
        facts.Handover(
            clerk, head, NOW + timedelta(days=3), due, "late", "Chậm 2 giờ: chờ xác minh nơi cư trú"
        ),
        facts.Handover(head, OFFICER, NOW + timedelta(days=3, hours=1), due, "on_time"),
        facts.Handover(OFFICER, facts.Officer("người nộp hồ sơ"), due, None, "open"),
    )


def result(shared: dict[str, Any]) -> facts.Result:
    """A decision with grounds, articles and recipients."""
    keep = {name: shared[name] for name in ("letterhead", "issued", "proof", "demonstration", "dossier")}
    keep["language"] = shared.get("language", "vi")
    return facts.Result(
        **keep,
        title="Quyết định",
        about="Về việc đăng ký lại khai sinh",
        grounds=(
            "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014",
            "Xét đề nghị của công chức tư pháp - hộ tịch",
        ),
        entries=(("Họ, chữ đệm, tên", "NGUYỄN ĐỨC ANH"), ("Ngày sinh", "02/10/2026"), ("Nơi sinh", "Bệnh viện Phụ sản Hà Nội")),
        paragraphs=("Ủy ban nhân dân phường xác nhận các nội dung trên đã được ghi vào Sổ đăng ký khai sinh số 127/2026.",),
        articles=(
            ("Điều 1.", "Đăng ký khai sinh cho người có tên trên kể từ ngày ký Quyết định này."),
            ("Điều 2.", "Công chức tư pháp - hộ tịch và người có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./."),
        ),
        recipients=("Như Điều 2;", "Lưu: VT, HT."),
        signer=SIGNER,
    )  # fmt: skip


def certificate(**other: Any) -> facts.Result:
    """A birth certificate on which everything is filled in, with addresses of two lines, signed by a deputy."""
    shared = case(**other)
    keep = {name: shared[name] for name in ("letterhead", "issued", "proof", "demonstration", "dossier")}
    lives = "Số 18, đường Nguyễn Ái Quốc, khu phố 4, phường Trấn Biên, tỉnh Đồng Nai"
    child = (
        ("Họ, chữ đệm và tên", "NGUYỄN TRẦN AN NHIÊN"), ("Ngày, tháng, năm sinh", "02/11/2026"), ("Giới tính", "Nữ"),
        ("Dân tộc", "Kinh"), ("Quốc tịch", "Việt Nam"),
        ("Nơi sinh", "Bệnh viện Đa khoa tỉnh Đồng Nai, phường Tam Hiệp, tỉnh Đồng Nai"),
        ("Quê quán", "Phường Trấn Biên, tỉnh Đồng Nai"),
    )  # fmt: skip
    parents = (
        ("Họ, chữ đệm và tên người mẹ", "Trần Thị Hoa"), ("Năm sinh của người mẹ", "1990"), ("Nơi cư trú của người mẹ", lives),
        ("Họ, chữ đệm và tên người cha", "Nguyễn Văn Bình"), ("Năm sinh của người cha", "1988"),
        ("Nơi cư trú của người cha", lives),
    )  # fmt: skip
    return facts.Result(
        **keep,
        language=other.get("language", "vi"),
        title="Giấy khai sinh",
        about="Đăng ký khai sinh",
        reference="SR-ABCD-EFGH",
        grounds=(
            "Căn cứ Luật Hộ tịch số 60/2014/QH13, Điều 11, 13, 14, 15, 16",
            "Căn cứ Nghị định số 123/2015/NĐ-CP quy định chi tiết một số điều và biện pháp thi hành Luật Hộ tịch, Chương II",
            "Căn cứ Nghị định số 87/2020/NĐ-CP quy định về Cơ sở dữ liệu hộ tịch điện tử, đăng ký hộ tịch trực tuyến, Chương III",
            "Căn cứ Thông tư số 04/2020/TT-BTP quy định chi tiết thi hành một số điều của Luật Hộ tịch, Chương II",
        ),
        stated=(
            ("Người được khai sinh", child), ("Cha, mẹ", parents),
            ("Người đi đăng ký", (("Họ, chữ đệm và tên", "Trần Thị Hoa"), ("Số định danh cá nhân", "075190000001"))),
        ),
        entries=(
            ("Số định danh cá nhân của người được khai sinh", "075326000123"), ("Số đăng ký trong Sổ hộ tịch", "127/2026"),
            ("Quyển số", "01/2026"), ("Ngày, tháng, năm đăng ký", "22/11/2026"),
        ),
        paragraphs=("Đã ghi vào Sổ hộ tịch.",),
        signer=SIGNER,
    )  # fmt: skip
