"""A record that was merged into another: whoever opens its old address is led to the record that was kept."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from ledger.models import Case, CategoryFact, Person, Staff

WHETHER = "whether it was merged into a record in sight"


class MergedAway(Exception):
    """The address was a record's that is now part of this person's."""

    def __init__(self, kept: Person):
        super().__init__(kept.pk)
        self.kept = kept


def here_or_led_on(staff: Staff, scoped: QuerySet, pk: int):
    """The person, the case or the category of a person. Raises MergedAway where a merge put it aside, Http404 where it is not in sight."""
    try:
        return get_object_or_404(scoped, pk=pk)
    except Http404:
        person_id = {
            Person: Person.objects.everywhere(WHETHER).filter(pk=pk).values_list("pk"),
            Case: Case.objects.everywhere(WHETHER).filter(pk=pk, folded_into__isnull=False).values_list("person"),
            CategoryFact: CategoryFact.objects.filter(pk=pk).values_list("person"),
        }[scoped.model].first()
        if person_id:
            _lead_on(staff, *person_id)
        raise


def _lead_on(staff: Staff, person_id: int) -> None:
    """Raises MergedAway where the record was merged into one that this member of staff may see; says nothing otherwise."""
    everybody = Person.objects.everywhere(WHETHER)
    if everybody.filter(pk=person_id, merged_into__isnull=False).exists():
        kept = Person.objects.visible_to(staff).filter(pk=everybody.bearer(person_id).pk).first()
        if kept:
            raise MergedAway(kept)


def led_on(request: HttpRequest, error: MergedAway) -> HttpResponse:
    """To the kept record, saying so; a fragment takes the whole page there."""
    kept = error.kept
    if request.method == "POST":
        messages.warning(request, f"这份资料已并入同一人的另一份资料，刚才填的没有保存。这里是保留的{kept.name}的资料，请在这里再办。")
    else:
        messages.info(request, f"这份资料已并入同一人的另一份资料，这里是保留的{kept.name}的资料。")
    address = reverse("ledger:person", args=[kept.pk])
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if request.headers.get("HX-Request") else redirect(address)
