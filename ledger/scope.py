"""Querysets that refuse to answer until somebody has said whose eyes they are for."""

from django.db import models


class Unscoped(RuntimeError):
    """A query on people's records was run without ``visible_to(staff)`` or ``everywhere(why)``."""


class ScopedQuerySet(models.QuerySet):
    """Raises ``Unscoped`` when evaluated before it was given a scope. Related managers inherit their parent's scope.

    A subclass says in a static method ``visible_filter(staff) -> Q`` which rows a member of staff may see; one that does
    not is no class at all.
    """

    _scoped = False

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if not callable(getattr(cls, "visible_filter", None)):
            raise TypeError(f"{cls.__name__} must say in visible_filter(staff) which rows a member of staff may see")

    def visible_to(self, staff) -> "ScopedQuerySet":
        """The rows this member of staff may see."""
        clone = self.filter(self.visible_filter(staff))
        clone._scoped = True
        return clone

    def everywhere(self, why: str) -> "ScopedQuerySet":
        """All rows, for work that is nobody's page: a report, a seal, a uniqueness check. ``why`` is for the reader."""
        assert why
        clone = self._chain()
        clone._scoped = True
        return clone

    def _clone(self):
        clone = super()._clone()
        clone._scoped = self._scoped
        return clone

    def _require_scope(self) -> None:
        # person.cases carries the person it starts from: whoever holds it passed the scope already. disease.cases does not.
        start = type(self._hints.get("instance"))
        inherited = issubclass(getattr(getattr(start, "_default_manager", None), "_queryset_class", object), ScopedQuerySet)
        if not self._scoped and not inherited:
            raise Unscoped(f"{self.model.__name__}: say visible_to(staff) or everywhere(why) first")

    def __or__(self, other):
        for queryset in (self, other):
            queryset._require_scope()
        return super().__or__(other)

    def __xor__(self, other):
        for queryset in (self, other):
            queryset._require_scope()
        return super().__xor__(other)

    def union(self, *others, all=False):
        for queryset in (self, *others):
            if isinstance(queryset, ScopedQuerySet):
                queryset._require_scope()
        return super().union(*others, all=all)

    def raw(self, *args, **kwargs):
        raise Unscoped(f"{self.model.__name__}: SQL of one's own has no scope; ask the database connection itself")

    def _fetch_all(self):
        if self._result_cache is None:
            self._require_scope()
        super()._fetch_all()

    def iterator(self, *args, **kwargs):
        self._require_scope()
        return super().iterator(*args, **kwargs)

    def aiterator(self, *args, **kwargs):
        self._require_scope()
        return super().aiterator(*args, **kwargs)

    def count(self):
        self._require_scope()
        return super().count()

    def exists(self):
        self._require_scope()
        return super().exists()

    def aggregate(self, *args, **kwargs):
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs):
        self._require_scope()
        return super().update(**kwargs)

    def delete(self):
        self._require_scope()
        return super().delete()
