"""A Magento database in miniature, as rows: its ids and codes are its own, and nothing is as in the sample shop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from catalog.legacy.making import keep_rows
from chassis import clock
from chassis.ids import new_id
from chassis.jobs.runner import JobRunner
from chassis.messages import Lane, Message
from chassis.subscriptions import Received
from chassis.unit_of_work import unit_of_work
from contracts.magento import CatalogRowChanged

KEYS = {
    "store_website": "website_id",
    "store_group": "group_id",
    "store": "store_id",
    "core_config_data": "config_id",
    "eav_entity_type": "entity_type_id",
    "eav_attribute": "attribute_id",
    "catalog_eav_attribute": "attribute_id",
    "eav_attribute_label": "attribute_label_id",
    "eav_attribute_option": "option_id",
    "eav_attribute_option_value": "value_id",
    "eav_attribute_option_swatch": "swatch_id",
    "eav_attribute_set": "attribute_set_id",
    "eav_entity_attribute": "entity_attribute_id",
    "tax_class": "class_id",
    "customer_group": "customer_group_id",
    "catalog_category_entity": "entity_id",
    "catalog_product_entity": "entity_id",
    "catalog_product_website": "product_id,website_id",
    "catalog_category_product": "entity_id",
    "catalog_product_super_attribute": "product_super_attribute_id",
    "catalog_product_super_link": "link_id",
    "catalog_product_entity_media_gallery": "value_id",
    "catalog_product_entity_media_gallery_value": "record_id",
    "catalog_product_entity_media_gallery_value_to_entity": "value_id,entity_id",
    "catalog_product_option": "option_id",
    "catalog_product_option_title": "option_title_id",
    "catalog_product_option_price": "option_price_id",
    "catalog_product_option_type_value": "option_type_id",
    "catalog_product_option_type_title": "option_type_title_id",
    "catalog_product_option_type_price": "option_type_price_id",
    "catalog_product_bundle_option": "option_id",
    "catalog_product_bundle_selection": "selection_id",
    "catalog_product_bundle_selection_price": "selection_id,parent_product_id,website_id",
    "catalog_product_link": "link_id",
    "catalog_product_link_type": "link_type_id",
    "catalog_product_link_attribute": "product_link_attribute_id",
    "downloadable_link": "link_id",
    "downloadable_link_price": "price_id",
    "downloadable_link_title": "title_id",
    "downloadable_sample": "sample_id",
    "downloadable_sample_title": "title_id",
    "cms_page": "page_id",
    "cms_page_store": "page_id,store_id",
    "cms_block": "block_id",
    "cms_block_store": "block_id,store_id",
    "url_rewrite": "url_rewrite_id",
    "review": "review_id",
    "review_detail": "detail_id",
    "review_store": "review_id,store_id",
    "rating_option_vote": "vote_id",
    "wishlist": "wishlist_id",
    "wishlist_item": "wishlist_item_id",
    "wishlist_item_option": "option_id",
    "directory_country_region": "region_id",
    "tax_calculation_rate": "tax_calculation_rate_id",
    "tax_calculation_rate_title": "tax_calculation_rate_title_id",
    "tax_calculation_rule": "tax_calculation_rule_id",
    "tax_calculation": "tax_calculation_id",
}
PRODUCT_TYPE, CATEGORY_TYPE = "104", "103"
GLOBAL, WEBSITE, STORE = "1", "2", "0"
PRICE = "Magento\\Catalog\\Model\\Product\\Attribute\\Backend\\Price"
# code: (backend, input, is_global)
ATTRIBUTES = {
    "name": ("varchar", "text", STORE), "description": ("text", "textarea", STORE),
    "cost": ("decimal", "price", GLOBAL), "msrp": ("decimal", "price", GLOBAL),
    "price": ("decimal", "price", GLOBAL), "special_price": ("decimal", "price", GLOBAL),
    "special_from_date": ("datetime", "date", WEBSITE), "special_to_date": ("datetime", "date", WEBSITE),
    "status": ("int", "select", STORE), "visibility": ("int", "select", STORE),
    "tax_class_id": ("int", "select", WEBSITE), "weight": ("decimal", "weight", GLOBAL),
    "url_key": ("varchar", "text", STORE), "shade": ("int", "select", GLOBAL), "girth": ("int", "select", GLOBAL),
    "uses": ("text", "multiselect", STORE), "motto": ("varchar", "text", WEBSITE),
    "image": ("varchar", "media_image", STORE), "price_type": ("int", "", GLOBAL),
    "links_purchased_separately": ("int", "", GLOBAL), "links_title": ("varchar", "", STORE),
}  # fmt: skip
CATEGORY_ATTRIBUTES = {"name": ("varchar", "text", STORE), "is_active": ("int", "select", STORE),
                       "url_key": ("varchar", "text", STORE)}  # fmt: skip
Values = Mapping[str, Any]


@dataclass
class Database:
    """Rows by table and key. Every write is a change at the next position."""

    position: int = 0
    changes: list[CatalogRowChanged] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    numbers: int = 7000

    def put(self, table: str, **row: Any) -> None:
        """Insert or update a row."""
        after = {name: None if value is None else str(value) for name, value in row.items()}
        key = tuple(after[name] or "" for name in KEYS.get(table, "value_id").split(","))
        self._change(table, key, after)

    def drop(self, table: str, *key: Any) -> None:
        """Delete a row."""
        self._change(table, tuple(str(part) for part in key), None)

    def _change(self, table: str, key: tuple[str, ...], after: dict[str, str | None] | None) -> None:
        self.position += 1
        self.changes.append(CatalogRowChanged(source="shop", table=table, key=key, after=after, position=self.position))

    def number(self) -> int:
        """An id that nothing else has."""
        self.numbers += 1
        return self.numbers

    def website(self, id_: int, code: str, *stores: tuple[int, str], root: int = 900, **settings: str) -> None:
        """A website with a group of its own and its stores; settings by path with __ for /."""
        first = stores[0][0] if stores else 0
        self.put("store_website", website_id=id_, code=code, name=code.title(), sort_order=0, default_group_id=id_,
                 is_default=0)  # fmt: skip
        self.put("store_group", group_id=id_, website_id=id_, name=code, root_category_id=root, default_store_id=first,
                 code=code)  # fmt: skip
        for store, name in stores:
            self.store(store, name, website=id_)
        for path, value in settings.items():
            self.setting(path.replace("__", "/"), value, scope="websites", scope_id=id_)

    def store(self, id_: int, code: str, *, website: int, active: int = 1) -> None:
        """A store view."""
        self.put("store", store_id=id_, code=code, website_id=website, group_id=website, name=code.upper(),
                 sort_order=0, is_active=active)  # fmt: skip

    def setting(self, path: str, value: str, *, scope: str = "default", scope_id: int = 0) -> None:
        """A row of core_config_data."""
        self.put("core_config_data", config_id=self.number(), scope=scope, scope_id=scope_id, path=path, value=value)

    def schema(self) -> None:
        """Attributes, an attribute set and a tax class."""
        self.put("eav_entity_type", entity_type_id=PRODUCT_TYPE, entity_type_code="catalog_product")
        self.put("eav_entity_type", entity_type_id=CATEGORY_TYPE, entity_type_code="catalog_category")
        for code, shape in ATTRIBUTES.items():
            self.attribute(code, *shape)
        for code, shape in CATEGORY_ATTRIBUTES.items():
            self.attribute(code, *shape, entity=CATEGORY_TYPE)
        self.put("eav_attribute_set", attribute_set_id=55, entity_type_id=PRODUCT_TYPE, attribute_set_name="Things")
        for option, attribute, label in (
            (41, "shade", "Ink"), (42, "shade", "Snow"), (43, "girth", "Wide"), (44, "girth", "Slim"),
            (45, "uses", "Dig"), (46, "uses", "Delve"),
        ):  # fmt: skip
            self.option(option, attribute, label)
        self.put("tax_class", class_id=31, class_name="Books", class_type="PRODUCT")

    def attribute(
        self, code: str, backend: str, input_: str, scope: str, *, entity: str = PRODUCT_TYPE, **more: Any
    ) -> None:
        """An attribute of products or categories."""
        id_ = self.ids.setdefault(f"{entity}:{code}", str(self.number()))
        facts = {"backend_model": PRICE if input_ == "price" else None, "source_model": None, "backend_table": None}
        self.put("eav_attribute", attribute_id=id_, entity_type_id=entity, attribute_code=code, backend_type=backend,
                 frontend_input=input_, frontend_label=code.title(), is_required=0, **{**facts, **more})  # fmt: skip
        self.put("catalog_eav_attribute", attribute_id=id_, is_global=scope, is_filterable=1, is_searchable=1,
                 is_visible_on_front=1, position=0)  # fmt: skip

    def option(self, id_: int, attribute: str, label: str, *, store: int = 0) -> None:
        """An option with its label in a store."""
        attribute_id = self.ids[f"{PRODUCT_TYPE}:{attribute}"]
        self.put("eav_attribute_option", option_id=id_, attribute_id=attribute_id, sort_order=id_)
        self.put("eav_attribute_option_value", value_id=id_ * 100 + store, option_id=id_, store_id=store, value=label)

    def value(self, entity: str, id_: int, code: str, value: Any, *, store: int = 0, backend: str = "") -> None:
        """A value of an entity in a store; `backend` for one in the wrong table."""
        kind, shapes = (PRODUCT_TYPE, ATTRIBUTES) if entity == "product" else (CATEGORY_TYPE, CATEGORY_ATTRIBUTES)
        key = self.ids.setdefault(f"{entity}{id_}{code}{store}{backend}", str(self.number()))
        right = shapes[code][0] if code in shapes else "varchar"
        self.put(f"catalog_{entity}_entity_{backend or right}", value_id=key, attribute_id=self.ids[f"{kind}:{code}"],
                 store_id=store, entity_id=id_, value=value)  # fmt: skip

    def product(
        self, id_: int, sku: str, *, type_: str = "simple", websites: Iterable[int] = (5,), **values: Any
    ) -> None:
        """A product; values by code, a mapping for values by store."""
        self.put("catalog_product_entity", entity_id=id_, attribute_set_id=55, type_id=type_, sku=sku,
                 created_at="2024-02-29T10:00:00Z")  # fmt: skip
        for website in websites:
            self.put("catalog_product_website", product_id=id_, website_id=website)
        given = {"name": f"Thing {id_}", "price": "10.000000", "status": 1, "visibility": 4, "url_key": f"thing-{id_}"}
        for code, value in {**given, **values}.items():
            for store, one in value.items() if isinstance(value, dict) else ((0, value),):
                self.value("product", id_, code, one, store=store)

    def tier(self, id_: int, amount: str, *, quantity: int = 1, group: int | None = None, website: int = 0,
             percent: str | None = None) -> None:  # fmt: skip
        """A tier price; of everybody unless a group is named."""
        self.put("catalog_product_entity_tier_price", value_id=self.number(), entity_id=id_,
                 all_groups=int(group is None), customer_group_id=group or 0, qty=f"{quantity}.0000", value=amount,
                 website_id=website, percentage_value=percent)  # fmt: skip

    def configurable(
        self, id_: int, sku: str, *children: int, axes: tuple[str, ...] = ("shade",), **values: Any
    ) -> None:
        """A configurable product with links to its children."""
        self.product(id_, sku, type_="configurable", **values)
        for place, axis in enumerate(axes):
            self.put("catalog_product_super_attribute", product_super_attribute_id=id_ * 10 + place, product_id=id_,
                     attribute_id=self.ids[f"{PRODUCT_TYPE}:{axis}"], position=place)  # fmt: skip
        for child in children:
            self.link(id_, child)

    def link(self, parent: int, child: int) -> None:
        """A child of a configurable product."""
        self.put("catalog_product_super_link", link_id=parent * 1000 + child, product_id=child, parent_id=parent)

    def category(self, id_: int, parent: int, path: str, **values: Any) -> None:
        """A category; values as of a product."""
        self.put("catalog_category_entity", entity_id=id_, parent_id=parent, path=path, position=id_,
                 level=path.count("/"), children_count=0)  # fmt: skip
        for code, value in {"is_active": 1, **values}.items():
            for store, one in value.items() if isinstance(value, dict) else ((0, value),):
                self.value("category", id_, code, one, store=store)

    def place(self, product: int, category: int, *, position: int = 0) -> None:
        """A product in a category."""
        self.put("catalog_category_product", entity_id=product * 1000 + category, product_id=product,
                 category_id=category, position=position)  # fmt: skip

    def send(self, *, chunk: int = 0) -> None:
        """Deliver what has changed since, `chunk` rows at a time (all at once for 0), and have it made."""
        changes, self.changes = self.changes, []
        deliver(changes, chunk=chunk)


def deliver(changes: list[CatalogRowChanged], *, chunk: int = 0, make_between: bool = False) -> None:
    """Changes as the inbox hands them over, then the jobs that are due."""
    size = chunk or len(changes) or 1
    for start in range(0, len(changes), size):
        with unit_of_work("catalog"):
            keep_rows([_received(change) for change in changes[start : start + size]])
        if make_between:
            make()
    make()


def make() -> None:
    """Run what is due once bulk changes have settled."""
    with clock.travel(timedelta(minutes=1)):
        JobRunner("catalog").run_due()


def _received(change: CatalogRowChanged) -> Received[Any]:
    message = Message(
        id=new_id(), type="magento.catalog_row_changed", version=1, occurred_at=clock.now(),
        aggregate_type="magento_row", aggregate_id="x", aggregate_version=1, lane=Lane.BULK,
    )  # fmt: skip
    return Received(event=change, message=message)
