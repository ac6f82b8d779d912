"""The Chinese calendar of 2024 to 2030, as data.

Each year: the day of the western calendar on which it begins, the lengths of its months in order, and which of them is the
leap month (0: none). Reckoned with the package `lunardate` of PyPI, and compared with it day by day; not compared with an
almanac. The calendar's own rules are GB/T 33661-2017. Years begin at the new moon in China's time.
"""

import datetime

YEARS = {
    2024: ((2, 10), (29, 30, 29, 29, 30, 29, 30, 30, 29, 30, 30, 29), 0),
    2025: ((1, 29), (30, 29, 30, 29, 29, 30, 29, 30, 29, 30, 30, 30, 29), 6),
    2026: ((2, 17), (30, 29, 30, 29, 29, 30, 29, 29, 30, 30, 30, 29), 0),
    2027: ((2, 6), (30, 30, 29, 30, 29, 29, 30, 29, 29, 30, 30, 29), 0),
    2028: ((1, 26), (30, 30, 30, 29, 30, 29, 29, 30, 29, 29, 30, 30, 29), 5),
    2029: ((2, 13), (30, 30, 29, 30, 29, 30, 29, 30, 29, 29, 30, 30), 0),
    2030: ((2, 3), (29, 30, 29, 30, 30, 29, 30, 29, 30, 29, 30, 29), 0),
}


def of(year, month, day):
    """The lunar month and day of a day; the month is negative in a leap month. None outside of the table."""
    date = datetime.date(year, month, day)
    for lunar_year in (year, year - 1):
        if lunar_year not in YEARS:
            continue
        (first_month, first_day), lengths, leap = YEARS[lunar_year]
        passed = (date - datetime.date(lunar_year, first_month, first_day)).days
        if passed < 0:
            continue
        for place, length in enumerate(lengths, start=1):
            if passed < length:
                if leap and place == leap + 1:
                    return -leap, passed + 1
                return place - 1 if leap and place > leap else place, passed + 1
            passed -= length
    return None
