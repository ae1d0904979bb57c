"""Events on the wire: type, version and JSON, never a Python path.

Event classes are frozen dataclasses in `contracts`, registered by `@event`. This module imports no
framework, so that contracts need none. Unknown fields are ignored on reading (additions are
compatible); an unknown type or version is an `UnknownEvent`, which the inbox parks.
"""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec


class Lane(enum.StrEnum):
    """Fast carries what a shopper waits for; bulk carries imports and rebuilds."""

    FAST = "fast"
    BULK = "bulk"


class PersonalMark:
    """Marks a field as personal data: masked where people look, scrubbed when its work is done."""


Personal = Annotated[str, PersonalMark()]

E = TypeVar("E")


@dataclass(frozen=True, kw_only=True)
class EventType:
    """Name, version and aggregate of an event class."""

    name: str
    version: int
    aggregate: str
    cls: type

    @property
    def domain(self) -> str:
        """The publishing domain's label: the part before the dot."""
        return self.name.partition(".")[0]


_by_name: dict[tuple[str, int], EventType] = {}
_by_class: dict[type, EventType] = {}


class UnknownEvent(Exception):
    """No class is known for this type and version."""


def event(name: str, *, version: int = 1, aggregate: str) -> Callable[[type[E]], type[E]]:
    """Register a frozen dataclass as the event `name` (domain.past_tense) of the given version."""

    def register(cls: type[E]) -> type[E]:
        if not is_dataclass(cls):
            raise TypeError(f"{cls.__name__} must be a dataclass")
        known = _by_name.get((name, version))
        if known is not None and known.cls.__qualname__ != cls.__qualname__:
            raise TypeError(f"event {name} v{version} is already {known.cls.__qualname__}")
        kind = EventType(name=name, version=version, aggregate=aggregate, cls=cls)
        _by_name[name, version] = kind
        _by_class[cls] = kind
        return cls

    return register


def type_of(cls: type) -> EventType:
    """The registration of an event class; TypeError when it has none."""
    try:
        return _by_class[cls]
    except KeyError:
        raise TypeError(f"{cls.__name__} is no registered event") from None


def known_types() -> list[EventType]:
    """All registered event types, by name and version."""
    return [_by_name[key] for key in sorted(_by_name)]


class Message(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One event with its metadata, as it is stored and sent. `body` is the event's own JSON.

    `to` names the only subscriber meant, where present state is published again to rebuild its copies.
    `scrubbed` says that the personal fields of the body were emptied after their work was done.
    """

    id: UUID
    type: str
    version: int
    occurred_at: datetime
    aggregate_type: str
    aggregate_id: str
    aggregate_version: int = 0
    channel: str = ""
    correlation: str = ""
    causation: str = ""
    traceparent: str = ""
    actor: str = ""
    origin: str = "sixfold"
    lane: Lane = Lane.FAST
    to: str = ""
    scrubbed: bool = False
    body: msgspec.Raw = msgspec.Raw(b"{}")


class Envelope(msgspec.Struct, kw_only=True, frozen=True):
    """Many events for one subscriber; acknowledged as a whole to `producer`."""

    id: UUID
    producer: str
    subscriber: str
    lane: Lane
    messages: list[Message]


_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")
_envelopes = msgspec.json.Decoder(Envelope)
_messages = msgspec.json.Decoder(Message)
_bodies: dict[type, msgspec.json.Decoder[Any]] = {}


def encode(value: Any) -> bytes:
    """JSON of an event, message, envelope or DTO (decimals as strings)."""
    return _encoder.encode(value)


def decode_envelope(data: bytes | str) -> Envelope:
    """An envelope from the wire; msgspec.DecodeError when it is none."""
    return _envelopes.decode(data)


def decode_message(data: bytes | str) -> Message:
    """A stored message."""
    return _messages.decode(data)


def decode_event(message: Message) -> Any:
    """The event inside a message; UnknownEvent when this code does not know its type and version."""
    kind = _by_name.get((message.type, message.version))
    if kind is None:
        raise UnknownEvent(f"unknown event {message.type} version {message.version}")
    decoder = _bodies.get(kind.cls)
    if decoder is None:
        decoder = _bodies[kind.cls] = msgspec.json.Decoder(kind.cls)
    return decoder.decode(message.body)


def personal_fields(cls: type) -> frozenset[str]:
    """Dotted paths of the personal fields of a dataclass, nested dataclasses included."""
    found: set[str] = set()
    hints = get_type_hints(cls, include_extras=True)
    for item in fields(cls):
        found.update(_personal_paths(item.name, hints[item.name]))
    return frozenset(found)


def _personal_paths(path: str, hint: Any) -> set[str]:
    if get_origin(hint) is Annotated and any(isinstance(m, PersonalMark) for m in hint.__metadata__):
        return {path}
    if isinstance(hint, type) and is_dataclass(hint):
        return {f"{path}.{inner}" for inner in personal_fields(hint)}
    found: set[str] = set()
    for argument in get_args(hint):
        found |= _personal_paths(path, argument)
    return found


def masked(message: Message) -> dict[str, Any]:
    """The body as a dict with personal fields replaced by "•••", for people and logs."""
    body: dict[str, Any] = msgspec.json.decode(message.body)
    kind = _by_name.get((message.type, message.version))
    if kind is None:
        return dict.fromkeys(body, "•••")
    blank(body, personal_fields(kind.cls), by="•••")
    return body


def scrubbed(message: Message) -> Message:
    """The message without the values of its personal fields; of a type unknown here, without its body."""
    body: dict[str, Any] = msgspec.json.decode(message.body)
    kind = _by_name.get((message.type, message.version))
    if kind is None:
        body = {}
    else:
        blank(body, personal_fields(kind.cls))
    return msgspec.structs.replace(message, scrubbed=True, body=msgspec.Raw(encode(body)))


def blank(body: dict[str, Any], paths: Iterable[str], *, by: str = "") -> bool:
    """Replace what stands at dotted paths (through lists too) in place; whether anything stood there."""
    changed = [_replace(body, path.split("."), by) for path in paths]
    return any(changed)


def _replace(value: Any, path: list[str], by: str) -> bool:
    if isinstance(value, list):
        return any([_replace(item, path, by) for item in value])
    if not isinstance(value, dict) or not value.get(path[0]):
        return False
    if len(path) > 1:
        return _replace(value[path[0]], path[1:], by)
    changed = bool(value[path[0]] != by)
    value[path[0]] = by
    return changed
