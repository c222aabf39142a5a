"""按日预览 and 筛查基线: the figures of any day, opened into their people, kept by nobody."""

import pytest

from tests.reports.month_pages import F1_HEADINGS, F5_HEADINGS, headings_of, page_of

pytestmark = pytest.mark.django_db


def test_preview_of_any_day_opens_into_its_people(cast, people):
    answer = page_of(cast.clerk, "/preview/?on=2017-09-30")
    table = answer.context["table"]
    assert headings_of(answer) == F1_HEADINGS
    assert [figure.number for figure in table.total.poor] == [3, 1, 0, 2]
    for line in [*table.lines, table.total]:
        for figure in [*line.poor, line.civil]:
            assert len(page_of(cast.clerk, figure.address).context["people"]) == figure.number
    assert "外县人" not in page_of(cast.clerk, table.total.poor[0].address).content.decode()


def test_the_city_previews_all_counties_or_one(cast, people):
    whole = page_of(cast.city, "/preview/?on=2017-10-20").context["table"]
    one = page_of(cast.city, "/preview/?on=2017-10-20&county=450223").context["table"]
    assert (whole.total.poor[0].number, one.total.poor[0].number) == (4, 1)
    assert "外县人" in page_of(cast.city, one.total.poor[0].address).content.decode()
    page_of(cast.clerk, "/preview/?on=2017-10-20&county=450223", 422)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [("2017-09-31", "不是真实的日期"), ("明天", "日期请写成"), ("2017-10-21", "晚于今天"), ("2001-01-01", "病种目录")],
)
def test_a_day_that_cannot_be_counted_is_said_in_a_sentence(cast, on, sentence):
    for page in ("preview", "baseline"):
        html = page_of(cast.clerk, f"/{page}/?on={on}", 422).content.decode()
        assert sentence in html and "<table" not in html
    page_of(cast.clerk, f"/preview/f1/all/total/?on={on}", 404)


def test_the_baseline_shows_a_county_its_own_row(cast, people):
    own = page_of(cast.clerk, "/baseline/?on=2017-05-31")
    assert headings_of(own) == F5_HEADINGS
    assert [(place.code, numbers[0]) for place, numbers in own.context["rows"]] == [("450222", 3)]
    assert "鹿寨县" not in own.content.decode()
    city = page_of(cast.city, "/baseline/?on=2017-05-31").context["rows"]
    assert [(place.code, numbers[0]) for place, numbers in city] == [("450200", 4), ("450222", 3), ("450223", 1)]
