"""The structure of the catalogue in the admin: labels and switches. What products hold is changed by commands."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog.catalog.collections.admin import SET_RULE
from catalog.catalog.rebuilding import rebuild_all
from catalog.catalog.structure.attributes import follow, refuse_no_order
from catalog.catalog.structure.channels import channel_changed, view_changed
from catalog.product.models import Attribute, AttributeOption, Category, Channel, View
from chassis.admin import Defined, ShownInline, shown
from chassis.unit_of_work import publish


class OptionInline(ShownInline):
    model = AttributeOption
    per_page = 50
    ordering = ("position", "code")
    fields = ("code", "labels_shown", "swatch", "position")
    readonly_fields = ("labels_shown",)

    @admin.display(description="labels")
    def labels_shown(self, option: AttributeOption) -> str:
        return shown.lines(f"{scope or 'everywhere'}: {label}" for scope, label in option.labels.items())


class ChannelAdmin(Defined):
    search_fields = ("code", "name")
    ordering = ("code",)
    list_display = ("code", "name", "currency", "time_zone", "active")
    fields = ("code", "name", "currency", "time_zone", "countries", "prices_include_tax", "active", "metadata")
    state_fields = ("code", "currency", "time_zone", "countries", "prices_include_tax")

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        publish(channel_changed(obj), aggregate_id=obj.id, aggregate_version=obj.version, channel=obj.code)
        rebuild_all()


class ViewAdmin(Defined):
    search_fields = ("code", "name")
    ordering = ("code",)
    list_display = ("code", "name", "channel", "locale", "active")
    list_select_related = ("channel",)
    fields = ("code", "name", "channel", "locale", "root", "base_url", "active", "metadata")
    state_fields = ("code", "channel", "locale", "root")

    def save_model(self, request: HttpRequest, obj: View, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        event = view_changed(obj, channel=obj.channel.code)
        publish(event, aggregate_id=obj.id, aggregate_version=obj.version, channel=obj.channel.code)
        rebuild_all()


class AttributeAdmin(Defined):
    list_display = ("code", "kind", "scope", "filterable", "searchable", "sortable", "position")
    list_filter = ("kind", "filterable", "searchable", "sortable")
    search_fields = ("code",)
    ordering = ("code",)
    fields = (
        *("code", "kind", "scope", "labels_shown", "unit", "required"),
        *("filterable", "range_limits", "searchable", "sortable", "visible", "position", "metadata"),
    )
    readonly_fields = ("labels_shown",)
    state_fields = ("code", "kind", "scope", "labels")
    inlines = (OptionInline,)

    @admin.display(description="labels")
    def labels_shown(self, attribute: Attribute) -> str:
        return shown.scoped(attribute.labels)

    def save_model(self, request: HttpRequest, obj: Attribute, form: Any, change: bool) -> None:
        obj.range_limits = sorted(set(obj.range_limits))
        refuse_no_order(obj.kind, sortable=obj.sortable)
        super().save_model(request, obj, form, change)
        if set(form.changed_data) - {"range_limits", "metadata"}:
            follow(obj, was_sortable=bool(form.initial.get("sortable")))


class ProductTypeAdmin(Defined):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = ("code", "name", "attributes", "metadata")
    state_fields = ("code", "attributes")


class CategoryAdmin(Defined):
    list_display = ("code", "name", "parent", "position", "active")
    list_select_related = ("parent",)
    list_filter = ("active",)
    search_fields = ("code",)
    ordering = ("code",)
    fields = ("code", "parent", "texts_shown", "position", "active", "rule", "metadata")
    readonly_fields = ("texts_shown",)
    state_fields = ("code", "parent", "texts", "position", "active", "rule")
    transitions = (SET_RULE,)

    @admin.display(description="name")
    def name(self, category: Category) -> str:
        return category.texts.get("", {}).get("name", shown.NOTHING)

    @admin.display(description="texts")
    def texts_shown(self, category: Category) -> str:
        return shown.scoped(category.texts)
