"""Kinds of documents: each says where it comes from and how long it is kept, by which clause."""

from datetime import date

from guanbao.platform.files.kinds import kept_until, kind_choices, kind_title, kinds


def test_every_kind_names_its_source_and_its_years():
    assert len(kinds()) >= 15
    for kind in kinds().values():
        assert kind.source
        assert kind.kept_by
        assert kind.name.zh != kind.name.en
        assert kind.after in ("end", "receipt")
        assert kind.years >= 3 or kind.code == "other"
    for code in ("contract", "service_level", "monitoring"):
        assert (kinds()[code].years, kinds()[code].after) == (3, "end")
        assert "141号 第25条" in kinds()[code].kept_by
    for code in ("impact_assessment", "processing_record"):
        assert "第56条" in kinds()[code].kept_by
    assert [code for code, _ in kind_choices()] == list(kinds())
    assert kind_title("gone") == "gone"


def test_years_count_from_the_latest_day():
    assert kept_until("contract", (date(2026, 1, 1), None, date(2027, 12, 31))) == date(2030, 12, 31)
    assert kept_until("contract", (date(2026, 1, 1), None, None)) == date(2029, 1, 1)
    assert kept_until("contract", (date(2024, 2, 29),)) == date(2027, 3, 1)
    assert kept_until("other", (date(2026, 11, 25),)) == date(2026, 11, 25)
    assert kept_until("contract", (date(9999, 12, 31),)) == date(9999, 12, 31)
