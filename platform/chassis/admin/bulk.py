"""A transition done to all rows that are selected in a list: each for itself, and what was refused is told.

One that needs to know more asks first, once for all of them.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest
from django.template.response import TemplateResponse

from chassis.admin.transitions import Transition, dressed, in_words, perform
from chassis.errors import DomainError, Problems

if TYPE_CHECKING:
    from chassis.admin.model_admin import DomainAdmin

MOST = 500
"""Rows of one go: each takes a transaction of its own, and somebody waits for the page."""
ASKED = "asked"


def each(transition: Transition) -> Callable[["DomainAdmin", HttpRequest, Any], TemplateResponse | None]:
    """The list action of a transition."""

    def run(admin: "DomainAdmin", request: HttpRequest, queryset: Any) -> TemplateResponse | None:
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(keys) > MOST:
            messages.error(request, f"{transition.title}: at most {MOST} at once. Narrow the list first.")
            return None
        data: Mapping[str, Any] = {}
        form_class = transition.form_for(None)
        if any(field.required for field in form_class.base_fields.values()):
            form = dressed(form_class(request.POST if ASKED in request.POST else None))
            if not form.is_valid():
                return _question(admin, request, transition, form, keys)
            data = form.cleaned_data
        _do(admin, request, transition, keys, data)
        return None

    return run


def _do(
    admin: "DomainAdmin", request: HttpRequest, transition: Transition, keys: list[Any], data: Mapping[str, Any]
) -> None:
    done, refused = 0, []
    for pk in keys:
        try:
            perform(admin.model, transition, pk, data, actor=str(request.user), secret=admin.secret_fields)
            done += 1
        except (DomainError, Problems) as refusal:
            refused.append(in_words(refusal))
    if done:
        messages.success(request, f"{transition.title}: {done} done.")
    if refused:
        reasons = " ".join(dict.fromkeys(refused))
        messages.error(request, f"{transition.title}: {len(refused)} not. {reasons}")


def _question(
    admin: "DomainAdmin", request: HttpRequest, transition: Transition, form: forms.Form, keys: list[Any]
) -> TemplateResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": transition.title,
        "opts": admin.opts,
        "transition": transition,
        "original": f"{len(keys)} {admin.opts.verbose_name if len(keys) == 1 else admin.opts.verbose_name_plural}",
        "offered": True,
        "form": form,
        "kept": [
            *((ACTION_CHECKBOX_NAME, str(pk)) for pk in keys),
            ("action", request.POST["action"]),
            (ASKED, "1"),
        ],
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "chassis_admin/transition.html", context)
