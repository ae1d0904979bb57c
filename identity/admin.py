"""Admin pages of identity. E-mail columns are encrypted: the search box finds a whole address, not a part of one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import DomainAdmin, DomainStackedInline, LookOnly, Transition, register_messaging, shown, site
from chassis.admin.finding import FoundByKey
from chassis.admin.permissions import granted, staff_of
from chassis.errors import Forbidden
from identity.auth.models import SignIn
from identity.customer import announcing
from identity.customer.commands import block_customer, join_channel_group, unblock_customer
from identity.customer.models import Address, ChannelCopy, Customer, CustomerGroup, ViewCopy
from identity.user.commands import reinstate_staff, set_staff_password, suspend_staff
from identity.user.models import Role, StaffMember


class AddressInline(DomainStackedInline):
    model = Address
    fields = ("postal", "country", "default_shipping", "default_billing")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "view") or self._granted(request, "change")


@admin.register(Customer, site=site)
class CustomerAdmin(FoundByKey, DomainAdmin):
    email_hash = "email_hash"
    search_help_text = "A whole e-mail address, or an id"
    list_display = ("email_masked", "channel_group", "group", "state", "created_at")
    list_filter = ("state", "channel_group", "group")
    search_fields = ("id",)
    ordering = ("-id",)
    fields = ("email", "name", "channel_group", "channel", "locale", "group", "state", "metadata", "created_at")
    readonly_fields = ("email", "channel_group", "channel", "created_at")
    state_fields = ("state",)
    inlines = (AddressInline,)
    transitions = (
        Transition(
            name="block", title="Block", dangerous=True, when=lambda c: c.state == "active",
            run=lambda c, data: block_customer(c.id),
            explanation="Open sessions end at once; tokens already given out live ten minutes at most.",
        ),
        Transition(
            name="unblock", title="Unblock", when=lambda c: c.state == "blocked",
            run=lambda c, data: unblock_customer(c.id),
        ),
    )  # fmt: skip

    @admin.display(description="e-mail address")
    def email_masked(self, customer: Customer) -> str:
        return shown.masked_email(customer.email)

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        announcing.changed(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # customers register; staff do not choose passwords for them


@admin.register(CustomerGroup, site=site)
class CustomerGroupAdmin(DomainAdmin):
    list_display = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["code"] if obj else [])]


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="New password", strip=False, max_length=256, widget=forms.PasswordInput(render_value=False)
    )


@admin.register(StaffMember, site=site)
class StaffMemberAdmin(FoundByKey, DomainAdmin):
    email_hash = "email_hash"
    search_help_text = "A whole e-mail address, or an id"
    list_display = ("email", "name", "state", "last_signed_in_at")
    list_filter = ("state",)
    search_fields = ("id",)
    ordering = ("-id",)
    fields = ("email", "name", "roles", "state", "last_signed_in_at", "metadata", "created_at")
    readonly_fields = ("email", "last_signed_in_at", "created_at")
    filter_horizontal = ("roles",)
    state_fields = ("state",)
    transitions = (
        Transition(
            name="suspend", title="Suspend", dangerous=True, when=lambda m: m.state == "active",
            run=lambda m, data: suspend_staff(m.id),
        ),
        Transition(
            name="reinstate", title="Reinstate", when=lambda m: m.state == "suspended",
            run=lambda m, data: reinstate_staff(m.id),
        ),
        Transition(
            name="set_password", title="Set password", form=PasswordForm,
            run=lambda m, data: set_staff_password(m.id, data["password"]),
            explanation="Every session of this staff member ends.",
        ),
    )  # fmt: skip
    secret_fields = ("password",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # `manage.py staff create`, until there are invitations

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Who may less must not take over the account of who may more.
        mine = staff_of(request).permissions
        return super().has_change_permission(request, obj) and (
            obj is None or all(granted(mine, grant) for grant in obj.grants)
        )

    def _may_run(self, request: HttpRequest, transition: Transition, obj: Any = None) -> bool:
        return super()._may_run(request, transition, obj) and self.has_change_permission(request, obj)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "roles":
            mine = staff_of(request).permissions
            may_give = [role.pk for role in Role.objects.all() if all(granted(mine, grant) for grant in role.grants)]
            kwargs["queryset"] = Role.objects.filter(pk__in=may_give)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Role, site=site)
class RoleAdmin(DomainAdmin):
    list_display = ("name", "grants")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        mine = staff_of(request).permissions
        beyond = [grant for grant in obj.grants if not granted(mine, str(grant))]
        if beyond:
            raise Forbidden(f"You cannot grant what you do not hold: {', '.join(map(str, beyond))}.")
        super().save_model(request, obj, form, change)


@admin.register(SignIn, site=site)
class SignInAdmin(LookOnly):
    list_display = ("kind", "principal", "started_at", "last_used_at", "revoked_at", "reason")
    list_filter = ("kind",)
    ordering = ("-started_at",)


@admin.register(ChannelCopy, site=site)
class ChannelCopyAdmin(DomainAdmin):
    list_display = ("code", "name", "channel_group", "active")
    fields = ("code", "name", "active", "channel_group")
    readonly_fields = ("code", "name", "active")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        join_channel_group(obj.code, obj.channel_group)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ViewCopy, site=site)
class ViewCopyAdmin(LookOnly):
    list_display = ("code", "channel", "locale", "active")


site.actors |= {"staff": ("identity", "staffmember"), "customer": ("identity", "customer")}
register_messaging("identity")
