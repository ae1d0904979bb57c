"""The tiny deployment serves nothing."""

urlpatterns: list[object] = []
