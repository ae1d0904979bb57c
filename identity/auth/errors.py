"""Why somebody is not let in. None of these says whether an account exists."""

from chassis.errors import DomainError, Unauthenticated


class WrongCredentials(Unauthenticated):
    code, title = "wrong_credentials", "E-mail address and password do not belong together."


class BadRefreshToken(Unauthenticated):
    code, title = "bad_refresh_token", "This session has ended; sign in again."


class TooManyAttempts(DomainError):
    code, status, title = "too_many_attempts", 429, "Too many attempts for this e-mail address; wait a while."


class PasswordTooWeak(DomainError):
    code, status, title = "password_too_weak", 400, "This password is too easy to guess."
