"""What gift cards and store credit refuse."""

from chassis.errors import Conflict, Invalid, NotFound


class IllegalTransition(Conflict):
    code, title = "illegal_gift_card_transition", "The gift card's state does not allow this."


class UnknownGiftCard(NotFound):
    code, title = "unknown_gift_card", "There is no such gift card."


class BadAmount(Invalid):
    code, title = "bad_amount", "An amount is above zero and has the currency's decimals."


class BadExpiry(Invalid):
    code, title = "bad_expiry", "A gift card expires in the future."


class BadCurrency(Invalid):
    code, title = "bad_currency", "A currency is three capital letters by ISO 4217."


class TooLittle(Conflict):
    code, title = "too_little", "No more can be taken off than is free."
