"""Content in the admin: written here, by the same command that imports use."""

from typing import Any

from django import forms
from django.http import HttpRequest

from catalog.catalog.content.commands import DefineContent, define_content
from catalog.catalog.content.models import Content
from chassis.admin import DomainAdmin

_WRITTEN = ("kind", "views", "active", "in_menu", "position", "starts_at", "ends_at")


class ContentForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Content
        fields = ("code", "texts", *_WRITTEN)
        help_texts = {"texts": 'By scope: {"": {"title": "…", "body": "<p>…</p>"}, "view:de": {"title": "…"}}'}

    def clean_texts(self) -> Any:
        texts = self.cleaned_data["texts"]
        if not isinstance(texts, dict) or not all(isinstance(text, dict) for text in texts.values()):
            raise forms.ValidationError("Texts are objects by scope.")
        return texts


class ContentAdmin(DomainAdmin):
    form = ContentForm
    list_display = ("code", "kind", "views", "active", "in_menu", "starts_at", "ends_at", "changed_at")
    list_filter = ("kind", "active")
    search_fields = ("code",)
    ordering = ("kind", "position", "code")
    fields = ("code", "kind", "texts", "views", ("active", "in_menu", "position"), "starts_at", "ends_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        found = super().get_readonly_fields(request, obj)
        return [*found, "kind"] if obj else found

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its addresses lead to it; it is taken off by `active`

    def save_model(self, request: HttpRequest, obj: Content, form: Any, change: bool) -> None:
        facts = {name: getattr(obj, name) for name in _WRITTEN}
        facts["views"] = tuple(facts["views"])
        define_content(DefineContent(id=obj.id, code=obj.code, texts=obj.texts, **facts))
        obj.refresh_from_db()
