"""The demo's two languages as the catalogue's scopes: English for everybody, German in the German views."""

from config.demo.shapes import Text, View


def scoped(views: tuple[View, ...], **texts: Text) -> dict[str, dict[str, str]]:
    """Texts by scope; a view gets a scope of its own only where it says something else."""
    result = {"": {name: text.en for name, text in texts.items()}}
    for view in views:
        other = {name: text.at(view.locale) for name, text in texts.items() if text.at(view.locale) != text.en}
        if other:
            result[f"view:{view.code}"] = other
    return result


def labels(views: tuple[View, ...], text: Text) -> dict[str, str]:
    """One text by scope."""
    return {scope: words["label"] for scope, words in scoped(views, label=text).items()}
