"""The mixin of every aggregate's admin page: the domain's permissions, transaction, history and state machine."""

from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from chassis import domains
from chassis.admin import shown
from chassis.admin.bulk import each
from chassis.admin.history import differences, history_of, record_history, values_of
from chassis.admin.inlines import Guarded
from chassis.admin.permissions import may
from chassis.admin.recorded import filters_of
from chassis.admin.transitions import Transition, in_words, transition_page
from chassis.context import bind
from chassis.errors import DomainError, Problems
from chassis.unit_of_work import unit_of_work

STALE = "Somebody changed this since you opened it. Look at it as it is now, then make your change again."


class DomainAdmin(Guarded, ModelAdmin):  # type: ignore[misc]
    """An aggregate in the admin.

    state_fields: columns that only commands write. They are shown and never in a form, so that no POST, however it was
    made, passes the state machine; rows with a state are not deleted either.
    transitions: what staff may do to that state, as buttons.
    bulk: names of transitions that are also done to all rows selected in the list. One whose form has required fields
    asks first, and its form may be made for no object at all.
    secret_fields: columns whose values stay out of the history.
    Models with a `version` are edited only from the version that was opened.
    """

    state_fields: ClassVar[Sequence[str]] = ()
    transitions: ClassVar[Sequence[Transition]] = ()
    bulk: ClassVar[Sequence[str]] = ()
    secret_fields: ClassVar[Sequence[str]] = ()
    # Texts are TextFields throughout, and nearly all of them one line.
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.TextField: {"widget": UnfoldAdminTextInputWidget},
        models.JSONField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 4})},
    }
    view_on_site = False  # Django's default leads over content types; set a function where there is a public page
    change_form_outer_before_template = "chassis_admin/transition_buttons.html"
    object_history_template = "chassis_admin/object_history.html"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if bypass := set(cls.state_fields) & set(cls.list_editable):
            raise ImproperlyConfigured(f"{cls.__name__}.list_editable passes the state machine: {bypass}")

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if self.list_editable and self._is_versioned():
            raise ImproperlyConfigured(f"{type(self).__name__}.list_editable would edit without a version check")

    @property
    def label(self) -> str:
        """The domain that owns the model."""
        return str(self.model._meta.app_label)

    # What may be seen and written.

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.state_fields and super().has_delete_permission(request, obj)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_filter(request), *filters_of(self.model)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        shown = list(super().get_readonly_fields(request, obj))
        versioned = ["version"] if self._is_versioned() else []
        return [*shown, *(name for name in (*self.state_fields, *versioned) if name not in shown)]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if not (change and self._is_versioned()) or not self.has_change_permission(request, obj):
            return form
        return _versioned(form)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return [
            (name, {**options, "fields": [f for f in options["fields"] if f != "opened_version"]})
            for name, options in fieldsets
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        context["transitions"] = [
            one for one in self.transitions if obj is not None and self._may_run(request, one, obj) and one.when(obj)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    # Every write stands in the domain's unit of work, together with its history.

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        obj = super().get_object(request, object_id, from_field)
        if obj is None or not getattr(request, "_sixfold_writing", False):
            return obj
        # Locked until the form was checked and saved: of two edits from one version, one is refused.
        locked = self.model._base_manager.using(self._alias()).select_for_update(of=("self",))
        obj = locked.filter(pk=obj.pk).first()
        if obj is not None:
            _before(request)[str(obj.pk)] = values_of(obj)
        return obj

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        return self._write(request, super().changeform_view, request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return self._write(request, super().delete_view, request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if request.POST.get("action") in self._bulk_actions(request):
            return super().changelist_view(request, extra_context)  # a transaction per row, not one around all
        return self._write(request, super().changelist_view, request, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            self._remember(request, obj)
        if change and self._is_versioned():
            obj.version += 1
        super().save_model(request, obj, form, change)

    def _write(self, request: HttpRequest, view: Callable[..., Any], *args: Any) -> Any:
        if request.method != "POST":
            return view(*args)
        request._sixfold_writing = True  # type: ignore[attr-defined]
        try:
            with bind(actor=str(request.user)), unit_of_work(self.label):
                return view(*args)
        except (DomainError, Problems) as refusal:
            messages.error(request, in_words(refusal))
            return HttpResponseRedirect(request.get_full_path())

    # History instead of LogEntry.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self._note(obj, "add", {}, values_of(obj))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        before = _before(request).get(str(obj.pk), {})
        after = values_of(self.model._base_manager.using(self._alias()).get(pk=obj.pk))
        self._note(obj, "change", before, after if before else {}, inlines=message)

    def log_deletion(self, request: HttpRequest, obj: Any, object_repr: str) -> None:
        self._note(obj, "delete", values_of(obj), {})

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self._note(obj, "delete", values_of(obj), {})

    def _remember(self, request: HttpRequest, obj: Any) -> None:
        """What it was before, of one that is edited in the list, where no single object was opened."""
        if str(obj.pk) not in _before(request):
            _before(request)[str(obj.pk)] = values_of(self.model._base_manager.using(self._alias()).get(pk=obj.pk))

    def _note(self, obj: Any, action: str, before: Any, after: Any, inlines: Any = None) -> None:
        old, new = differences(type(obj), before, after, secret=self.secret_fields)
        if isinstance(inlines, list):
            related = [entry for entry in inlines if any("name" in what for what in entry.values())]
            new = {**new, **({"related": related} if related else {})}
        name = obj._meta.model_name
        record_history(name, aggregate_id=str(obj.pk), action=action, before=old, after=new)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        entries = history_of(self.label)._default_manager.using(self._alias())
        mine = entries.filter(aggregate_type=self.opts.model_name, aggregate_id=str(obj.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {obj}",
            "entries": [(entry, shown.actor(entry.actor)) for entry in mine.order_by("-at", "-id")[:500]],
            "opts": self.opts,
            "original": obj,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    # Transitions.

    def get_urls(self) -> list[Any]:
        def page(request: HttpRequest, object_id: str, name: str) -> HttpResponse:
            return transition_page(self, request, object_id, name)

        info = self.label, self.opts.model_name
        view = update_wrapper(self.admin_site.admin_view(page), page)
        mine = path("<path:object_id>/transition/<slug:name>/", view, name="{}_{}_transition".format(*info))
        return [mine, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> Any:
        return {**super().get_actions(request), **self._bulk_actions(request)}

    def _bulk_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Django's action tuples of the `bulk` transitions that this staff member may run."""
        offered = [one for one in self.transitions if one.name in self.bulk and self._may_run(request, one)]
        return {f"{one.name}_selected": (each(one), f"{one.name}_selected", f"{one.title} selected") for one in offered}

    def _may_run(self, request: HttpRequest, transition: Transition, obj: Any = None) -> bool:
        """Whether this staff member may press that button, on `obj` or at all."""
        name = str(self.opts.model_name)
        return any(may(request, self.label, name, action) for action in ("change", transition.name))

    def _alias(self) -> str:
        return domains.get(self.label).alias

    def _is_versioned(self) -> bool:
        return any(field.name == "version" for field in self.model._meta.concrete_fields)


def _before(request: Any) -> dict[str, dict[str, Any]]:
    if not hasattr(request, "_sixfold_before"):
        request._sixfold_before = {}
    found: dict[str, dict[str, Any]] = request._sixfold_before
    return found


def _versioned(base: type[forms.ModelForm]) -> type[forms.ModelForm]:  # type: ignore[type-arg]
    """The form with the version that its user saw. A POST without it is refused like one with an old one."""

    class VersionedForm(base):  # type: ignore[valid-type,misc]
        opened_version = forms.IntegerField(widget=forms.HiddenInput)

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["opened_version"].initial = self.instance.version

        def clean(self) -> Any:
            cleaned = super().clean()
            if self.cleaned_data.get("opened_version") != self.instance.version:
                raise forms.ValidationError(STALE, code="stale_version")
            return cleaned

    return VersionedForm
