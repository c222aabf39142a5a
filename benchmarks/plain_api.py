"""The peer of ``confirm.py``: what Django REST framework writes for the same rows with nothing else: no signature, key, lock or rule."""

from django.db import transaction
from django.urls import path
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView

from hospitals.models import Stay
from ledger.models import AuditEvent, CaseEvent
from settlement.models import PersonYear, RequestKey, Settlement, SettlementLine


def route(get_response):
    """The only middleware: sends the request to this module's addresses."""

    def middleware(request):
        request.urlconf = __name__
        return get_response(request)

    return middleware


class Plain(ModelSerializer):
    """A serializer as it comes; querysets that ask for a scope get the whole table."""

    def build_relational_field(self, field_name, relation_info):
        kind, settings = super().build_relational_field(field_name, relation_info)
        if hasattr(relation_info.related_model.objects.all(), "everywhere"):
            settings["queryset"] = relation_info.related_model.objects.everywhere("benchmark")
        return kind, settings


def serializer_of(model_class) -> type[Plain]:
    meta = type("Meta", (), {"model": model_class, "fields": "__all__", "validators": []})
    return type(f"{model_class.__name__}Serializer", (Plain,), {"Meta": meta})


SERIALIZERS = {model: serializer_of(model) for model in (Stay, Settlement, SettlementLine, CaseEvent, AuditEvent, RequestKey, PersonYear)}


def saved(model, data, **options):
    serializer = SERIALIZERS[model](data=data, **options)
    serializer.is_valid(raise_exception=True)
    return serializer.save()


class Create(APIView):
    """Stay, settlement and lines; with ``beside`` also the events, trail rows, request's number and year that confirm writes."""

    authentication_classes = []
    permission_classes = []

    @transaction.atomic
    def post(self, request) -> Response:
        data = request.data
        settlement = data["settlement"]
        if data["stay"]:
            settlement["stay"] = saved(Stay, data["stay"]).pk
        row = saved(Settlement, settlement)
        saved(SettlementLine, [line | {"settlement": row.pk} for line in data["lines"]], many=True)
        if data["beside"]:
            for event in data["beside"]["events"]:
                saved(CaseEvent, event)
            for event in data["beside"]["trail"]:
                saved(AuditEvent, event)
            saved(RequestKey, data["beside"]["request"] | {"settlement": row.pk})
            year = PersonYear.objects.get(pk=row.person_year_id)
            saved(PersonYear, {"state": data["beside"]["state"]}, instance=year, partial=True)
        return Response(SERIALIZERS[Settlement](row).data, 201)


urlpatterns = [path("settlements", Create.as_view())]
