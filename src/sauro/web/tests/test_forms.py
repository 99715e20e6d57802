"""Forms: every control has its label, every error leads to its control and says what to do."""

import unicodedata
from html.parser import HTMLParser

import pytest
from django import forms as django_forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template import Context, Template
from django.utils import translation

from sauro.core.refusal import Refusal
from sauro.web import forms
from sauro.web.gallery import SampleForm

GOOD = {
    "full_name": "Nguyễn Thị Mẫu",
    "personal_id": "001 099 000 123",
    "born_day": "2",
    "born_month": "9",
    "born_year": "1999",
    "sex": "f",
    "province": "01",
    "fee": "50.000 đ",
    "truthful": "on",
}


class Elements(HTMLParser):
    """Collects every element with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, *tags):
        return [attrs for tag, attrs in self.found if tag in tags]

    @property
    def ids(self):
        return [attrs["id"] for _tag, attrs in self.found if attrs.get("id")]


def paper(size=10):
    return {"paper": SimpleUploadedFile("giay.pdf", b"x" * size)}


def controls(page):
    return [a for a in page.all("input", "select", "textarea") if a.get("type") != "hidden"]


@pytest.mark.parametrize("data", [None, {}, GOOD], ids=["blank", "refused", "accepted"])
def test_every_control_has_its_label_and_ids_are_unique(data):
    page = Elements(str(SampleForm(data, paper() if data is GOOD else {})))
    labelled = {attrs["for"] for attrs in page.all("label")}
    assert len(controls(page)) == 15
    for control in controls(page):
        assert control["id"] in labelled
    assert len(page.ids) == len(set(page.ids))


def test_every_description_exists():
    for data in (None, {"full_name": ""}):
        page = Elements(str(SampleForm(data, {})))
        described = [a["aria-describedby"] for _t, a in page.found if a.get("aria-describedby")]
        assert len(described) >= 4
        for names in described:
            assert set(names.split()) <= set(page.ids)


def test_errors_are_linked_from_summary_to_control():
    form = SampleForm({}, {})
    html = Template("{% load sauro %}{% error_summary form %}{{ form }}").render(Context({"form": form}))
    page = Elements(html)
    targets = [a["href"][1:] for a in page.all("a") if a["href"].startswith("#")]
    can_be_focused = {control["id"] for control in controls(page)}
    assert len(targets) == len(form.errors) == 8
    assert set(targets) <= can_be_focused


def test_errors_say_what_to_do_in_both_languages():
    with translation.override("vi"):
        errors = {name: str(texts[0]) for name, texts in SampleForm({}, {}).errors.items()}
    assert errors["full_name"] == "Nhập họ và tên"
    assert errors["sex"] == "Chọn giới tính"
    assert errors["paper"] == "Đính kèm giấy chứng sinh"
    assert errors["born"] == "Nhập ngày sinh"
    with translation.override("en"):
        errors = {name: str(texts[0]) for name, texts in SampleForm({}, {}).errors.items()}
    assert errors["full_name"] == "Enter full name"
    assert errors["truthful"] == "Tick the box to go on"


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("personal_id", "12345", "Nhập số định danh cá nhân (số căn cước) gồm 12 chữ số"),
        ("personal_id", "٠٠١٠٩٩٠٠٠١٢٣", "Nhập số định danh cá nhân (số căn cước) gồm 12 chữ số"),
        ("full_name", "a" * 81, "Rút gọn họ và tên còn tối đa 80 ký tự; hiện có 81"),
        ("email", "mẫu", "Nhập địa chỉ thư điện tử, ví dụ ten@vidu.vn"),
        ("fee", "nhiều", "Nhập số tiền bằng chữ số, ví dụ 50000"),
        ("fee", "-1", "Nhập lệ phí đã nộp từ 0 trở lên"),
        ("province", "99", "Chọn tỉnh, thành phố trong danh sách"),
        ("born_day", "31", "Nhập một ngày có thật, ví dụ 22/11/2026"),
        ("born_month", "", "Nhập thêm tháng"),
        ("born_year", "99", "Nhập năm bằng bốn chữ số"),
        ("born_day", "hai", "Nhập một ngày có thật, ví dụ 22/11/2026"),
    ],
)
def test_bad_values_are_answered_by_what_to_do(field, value, error):
    with translation.override("vi"):
        form = SampleForm({**GOOD, field: value}, paper())
        assert [str(text) for texts in form.errors.values() for text in texts] == [error]


def test_good_values_are_read_as_people_write_them():
    form = SampleForm(GOOD, paper())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["personal_id"] == "001099000123"
    assert form.cleaned_data["born"].isoformat() == "1999-09-02"
    assert form.cleaned_data["fee"] == 50000
    for written in ("50.000", "50,000", "50 000", "50000", "50.000 ₫"):
        assert SampleForm({**GOOD, "fee": written}, paper()).fields["fee"].clean(written) == 50000
    assert forms.PhoneField().clean("+84 912.345.678") == "0912345678"


def test_what_was_typed_comes_back():
    page = Elements(str(SampleForm({**GOOD, "born_month": "13", "full_name": '"><b>'}, {})))
    values = {a["name"]: a.get("value") for a in page.all("input")}
    assert (values["born_day"], values["born_month"], values["born_year"]) == ("2", "13", "1999")
    assert values["full_name"] == '"><b>'
    assert not page.all("b")


def test_letters_in_pieces_are_composed():
    apart = unicodedata.normalize("NFD", "Nguyễn Thị Mẫu")
    sent = QueryDict(mutable=True)
    sent.update({**GOOD, "full_name": apart})
    for data in (sent, {**GOOD, "full_name": apart}):
        form = SampleForm(data, paper())
        assert form.is_valid()
        assert form.cleaned_data["full_name"] == "Nguyễn Thị Mẫu"


def test_control_characters_do_not_come_in():
    typed = {**GOOD, "full_name": "Nguyễn\x0bThị\x07\x1f Mẫu"}
    sent = QueryDict(mutable=True)
    sent.update(typed)
    for data in (sent, typed):
        form = SampleForm(data, paper())
        assert form.is_valid()
        assert form.cleaned_data["full_name"] == "Nguyễn Thị Mẫu"


def test_ends_of_lines_stay():
    class Said(forms.Form):
        words = django_forms.CharField()

    form = Said({"words": "a\tb\r\nc\x0cd"})
    assert form.is_valid() and form.cleaned_data["words"] == "a\tb\r\nc d"


def test_a_date_sent_whole_is_read_and_shown_in_its_parts():
    class Dated(forms.Form):
        when = forms.DateField()

    form = Dated({"when": "2026-11-22"})
    assert form.is_valid()
    values = [a["value"] for a in Elements(str(form)).all("input")]
    assert values == ["22", "11", "2026"]


def test_files_are_limited():
    with translation.override("vi"):
        errors = SampleForm(GOOD, paper(10_000_001)).errors["paper"]
        assert errors == ["Chọn tệp không quá 10 MB"]
        assert SampleForm(GOOD, paper(0)).errors["paper"] == ["Chọn tệp khác: tệp này không có nội dung"]


def test_a_refusal_stands_beside_its_field_or_above_the_form():
    form = SampleForm(GOOD, paper())
    forms.refuse(form, Refusal("late", "Art. 15", "Too late", field="born"))
    forms.refuse(form, Refusal("late", "Art. 15", "Elsewhere", field="no_such_field"))
    assert form.errors["born"] == ["Too late"]
    assert form.non_field_errors() == ["Elsewhere"]


def test_a_plain_django_form_is_rendered_in_our_markup():
    class Plain(django_forms.Form):
        name = django_forms.CharField(help_text="Hint")

    html = str(Plain({}))
    assert 'class="govuk-form-group govuk-form-group--error"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
