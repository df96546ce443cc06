"""What a file that cannot be a record, or a recording that cannot be written, raises."""


class RecordError(ValueError):
    """One sentence on what is wrong with a record, where, and what is allowed."""


class RecordExists(RecordError):
    """The name asked for is taken; nothing is ever overwritten."""
