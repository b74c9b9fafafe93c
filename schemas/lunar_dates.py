"""The lunar calendar (GB/T 33661-2017): on which day a family means that gives the lunar date of birth."""

from datetime import date

from borax.calendars.lunardate import MAX_LUNAR_YEAR, MIN_LUNAR_YEAR, InvalidLunarDateError, LCalendars, LunarDate


def read_as_lunar(declared_on: date) -> tuple[date, ...]:
    """Return the solar days that the year, month and day of `declared_on` name when they are meant as lunar ones.

    Two days if that month is doubled by a leap month, since a form has no place to say which was meant; none if the
    lunar month has no such day, or the year is outside 1900-2100.
    """
    if not MIN_LUNAR_YEAR <= declared_on.year <= MAX_LUNAR_YEAR:
        return ()
    is_doubled = LCalendars.leap_month(declared_on.year) == declared_on.month
    days = (_solar_day(declared_on, leap=leap) for leap in range(1 + is_doubled))
    return tuple(day for day in days if day is not None)


def _solar_day(declared_on: date, *, leap: int) -> date | None:
    try:
        lunar = LunarDate(declared_on.year, declared_on.month, declared_on.day, leap)
    except InvalidLunarDateError:
        return None
    solar_on: date = lunar.to_solar_date()
    return solar_on
