"""The one way a rule says no."""


class Refusal(Exception):
    """A rule said no. `message` is a translated sentence fit to show; `field` names the input.

    Raised before anything is changed, so the transaction around it may still commit.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(type(self).__name__)  # the sentence may name a person: keep it out of logs
        self.message = message
        self.field = field
