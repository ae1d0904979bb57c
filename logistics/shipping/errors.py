"""What shipping refuses."""

from chassis.errors import Invalid, NotFound


class UnknownZone(NotFound):
    code, title = "unknown_zone", "There is no zone of this code in the channel."


class BadRate(Invalid):
    code, title = "bad_rate", "A rate is not negative and has a currency's code."


class BadCountry(Invalid):
    code, title = "bad_country", "A country is two capital letters (ISO 3166-1)."


class BadPostcodes(Invalid):
    code, title = "bad_postcodes", "Postcodes are beginnings without blanks, in capitals, of countries that are named."


class BadMethod(Invalid):
    code, title = "bad_method", "A pickup has its source and days are in order."
