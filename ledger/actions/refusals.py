"""Named errors of the actions; the message is the sentence the user reads, ``field`` where it belongs."""


class Refused(Exception):
    """What was asked cannot be done; nothing was saved."""

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message, self.field = message, field


class HeldElsewhere(Refused):
    """Another county holds this complete, valid ID number. Which one is not said."""


class Stale(Refused):
    """Somebody else saved the record after this page was opened."""

    def __init__(self, who: str, changes: list[tuple[str, str, str]]):
        super().__init__(f"您打开之后，{who}改过这份资料。请看过差异再保存。")
        self.who, self.changes = who, changes
