"""State transitions as buttons: a page that asks, a POST that calls the domain's command.

A transition never sets a field. It calls the command, whose state machine decides; `when` only chooses which buttons
are shown, and is asked again on the POST.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES, SELECT_CLASSES

from chassis import domains
from chassis.admin.history import differences, record_history, values_of
from chassis.context import bind
from chassis.errors import DomainError, Problems
from chassis.unit_of_work import unit_of_work

Run = Callable[[Any, Mapping[str, Any]], object]


def _always(_: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One button.

    name: part of the URL, and the permission "label.model.<name>" ("label.model.change" grants it too).
    run: gets the object and the form's cleaned data, calls the command; raises DomainError to refuse.
    when: whether the object's present state offers it.
    form: asks for what the command needs beside the object; a function makes it for the object at hand, or for None
        where it is asked once for several.
    lock_first: gets the object's key and takes what the command locks before the object's own row: two that lock in
        different order would end in a deadlock.
    own_transaction: `run` opens its units of work itself and must not stand inside one.
    done: what is told when it was run; of what goes on by itself, that it does.
    """

    name: str
    title: str
    run: Run
    when: Callable[[Any], bool] = _always
    form: type[forms.Form] | Callable[[Any], type[forms.Form]] = forms.Form
    explanation: str = ""
    dangerous: bool = False
    lock_first: Callable[[Any], object] | None = None
    own_transaction: bool = False
    done: str = "done"

    def form_for(self, obj: Any) -> type[forms.Form]:
        """The form that asks about this object."""
        if isinstance(self.form, type):
            return self.form
        return self.form(obj)


def perform(
    model: type[models.Model],
    transition: Transition,
    pk: Any,
    data: Mapping[str, Any],
    *,
    actor: str,
    secret: Iterable[str] = (),
) -> None:
    """Run a transition on the row `pk` and write its history; raises DomainError when it is refused.

    Of `secret` columns the history says only that they changed.

    The row is locked first, so that `when` and the command see the same state.
    """
    label = model._meta.app_label
    alias = domains.get(label).alias
    rows = model._base_manager.using(alias)
    with bind(actor=actor):
        if transition.own_transaction:
            obj = rows.get(pk=pk)
            before = values_of(obj)
            _refuse_unless(transition, obj)
            transition.run(obj, data)
            with unit_of_work(label):
                _note(model, transition, pk, before, rows, secret=secret)
            return
        with unit_of_work(label):
            if transition.lock_first is not None:
                transition.lock_first(pk)
            obj = rows.select_for_update(of=("self",)).get(pk=pk)
            before = values_of(obj)
            _refuse_unless(transition, obj)
            transition.run(obj, data)
            _note(model, transition, pk, before, rows, secret=secret)


class NotOffered(DomainError):
    code, status, title = "transition_not_offered", 409, "Its present state does not offer this any more."


def in_words(refusal: DomainError | Problems) -> str:
    """What staff read: the rule's sentence, then this case's."""
    several = refusal.errors if isinstance(refusal, Problems) else (refusal,)
    return " ".join(f"{one.title} {one.detail}".strip() for one in several)


def _refuse_unless(transition: Transition, obj: Any) -> None:
    if not transition.when(obj):
        raise NotOffered()


def _note(
    model: type[models.Model], transition: Transition, pk: Any, before: Any, rows: Any, *, secret: Iterable[str]
) -> None:
    now = rows.filter(pk=pk).first()
    old, new = differences(model, before, values_of(now) if now is not None else {}, secret=secret)
    record_history(model._meta.model_name or "", aggregate_id=str(pk), action=transition.name, before=old, after=new)


def dressed(form: forms.Form) -> forms.Form:
    """The form with its inputs in the admin's looks; forms themselves say only what they ask for."""
    looks: dict[type[forms.Widget], list[str]] = {
        forms.CheckboxInput: CHECKBOX_CLASSES,
        forms.Select: SELECT_CLASSES,
    }
    for field in form.fields.values():
        if "class" in field.widget.attrs:
            continue
        found = next((classes for kind, classes in looks.items() if isinstance(field.widget, kind)), INPUT_CLASSES)
        field.widget.attrs["class"] = " ".join(found)
    return form


def transition_page(admin: Any, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
    """GET asks, POST does. Raises Http404 for what is not there, PermissionDenied for who may not."""
    transition = next((one for one in admin.transitions if one.name == name), None)
    obj = admin.get_object(request, object_id)
    if transition is None or obj is None:
        raise Http404
    if not admin._may_run(request, transition, obj):
        raise PermissionDenied
    opts = admin.model._meta
    back = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[object_id])
    form = dressed(transition.form_for(obj)(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        try:
            perform(
                *(admin.model, transition, obj.pk, form.cleaned_data),
                actor=str(request.user),
                secret=admin.secret_fields,
            )
        except (DomainError, Problems) as refusal:
            messages.error(request, in_words(refusal))
        else:
            messages.success(request, f"{transition.title}: {transition.done}.")
        return HttpResponseRedirect(back)
    context = {
        **admin.admin_site.each_context(request),
        "title": transition.title,
        "opts": opts,
        "original": obj,
        "transition": transition,
        "offered": transition.when(obj),
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, "chassis_admin/transition.html", context)
