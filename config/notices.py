"""The short notices between two pages name patients and may carry a revealed number: they wait in the session, sealed."""

from django.contrib.messages.storage.session import SessionStorage

from ledger.protection import seal, unseal


class SealedNotices(SessionStorage):
    """Django's own session storage, whose text at rest nobody reads."""

    def serialize_messages(self, messages) -> str:
        return seal(super().serialize_messages(messages))

    def deserialize_messages(self, data):
        return super().deserialize_messages(unseal(data)) if data else []
