from app.web.lines.shared_lines import breath_of


def test_the_more_pages_wait_the_longer_is_gathered_what_they_say():
    assert [breath_of(pages) for pages in (0, 50, 100, 200)] == [0.05, 0.05, 0.1, 0.2]


def test_nobody_waits_longer_than_a_quarter_of_a_second_to_be_heard():
    assert breath_of(250) == breath_of(100_000) == 0.25
