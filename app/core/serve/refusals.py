"""Why something is not answered, in the form that clients of OpenAI's interface read."""

from __future__ import annotations

from http import HTTPStatus

from app.core.errors import PersonError
from app.core.words.sentence import Sentence

_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "invalid_request_error",
    503: "unavailable_error",
}


class Refused(PersonError):
    """A request is not answered.

    Attributes:
        status: Of HTTP.
        param: The field that is the reason; empty for none.
        code: What programs tell it by; empty for none.
        retry_seconds: When to ask again; None where that does not help.
    """

    def __init__(
        self,
        status: int,
        said: Sentence | str,
        *,
        param: str = "",
        code: str = "",
        retry_seconds: int | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(said, detail)
        self.status = status
        self.param = param
        self.code = code
        self.retry_seconds = retry_seconds

    @property
    def document(self) -> dict[str, object]:
        """The body of the answer."""
        return {
            "error": {
                "message": str(self.said),
                "type": _KINDS.get(self.status, "server_error"),
                "param": self.param or None,
                "code": self.code or None,
            }
        }

    @property
    def headers(self) -> dict[str, str]:
        """Of the answer."""
        found = {"Retry-After": str(self.retry_seconds)} if self.retry_seconds is not None else {}
        if self.status == HTTPStatus.UNAUTHORIZED:
            found["WWW-Authenticate"] = "Bearer"
        return found
