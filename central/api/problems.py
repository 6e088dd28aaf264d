"""Everything that can be wrong with a request, as codes with parameters: RFC 9457, and never a sentence.

`type` is the code, `params` what belongs into the sentence; the client words both in Vietnamese and English, and a
test there fails on a code without words. 401 means nobody knows who you are, 403 that you may not, 404 that there is
no such thing in your wards (nor will you learn whether there is one elsewhere), 409 that the row's state forbids it,
412 that somebody was faster.
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from alerts.lifecycle import IllegalStep as IllegalAlertStep
from central.cases.lifecycle import IllegalStep as IllegalCaseStep
from central.cases.photos import Fault, PhotoRefused, StudioBusy

MEDIA_TYPE: Final = "application/problem+json"
BUSY_RETRY_S: Final = 2


class Code(StrEnum):
    """What went wrong. The values are part of the API: they are added to, never changed."""

    INVALID_REQUEST = "invalid_request"
    NOT_SIGNED_IN = "not_signed_in"
    SESSION_EXPIRED = "session_expired"
    WRONG_CREDENTIALS = "wrong_credentials"
    LINK_SPENT = "link_spent"
    TOO_MANY_TRIES = "too_many_tries"
    CSRF = "csrf"
    ROLE_MISSING = "role_missing"
    NOT_YOUR_UNIT = "not_your_unit"
    BEYOND_YOUR_WARDS = "beyond_your_wards"
    NOT_YOUR_NODE = "not_your_node"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BAD_CURSOR = "bad_cursor"
    IDEMPOTENCY_KEY_REQUIRED = "idempotency_key_required"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    VERSION_REQUIRED = "version_required"
    VERSION_DIFFERS = "version_differs"
    ILLEGAL_STEP = "illegal_step"
    UNDO_TOO_LATE = "undo_too_late"
    CASE_UNDER_WAY = "case_under_way"
    RULE_UNKNOWN = "rule_unknown"
    UNIT_UNKNOWN = "unit_unknown"
    ASSIGNEE_UNKNOWN = "assignee_unknown"
    WORDS_REQUIRED = "words_required"
    REASON_REQUIRED = "reason_required"
    AFTER_PHOTO_REQUIRED = "after_photo_required"
    CASE_FINISHED = "case_finished"
    DEADLINE_NOT_LATER = "deadline_not_later"
    LOGIN_TAKEN = "login_taken"
    WARD_UNKNOWN = "ward_unknown"
    PASSWORD_TOO_WEAK = "password_too_weak"  # noqa: S105 - a code, not a password
    NO_GRANTS = "no_grants"
    CONFIG_HOLDS_SECRET = "config_holds_secret"  # noqa: S105 - a code, not a secret
    REVISION_TAKEN = "revision_taken"
    NODE_RETIRED = "node_retired"
    MAP_NOT_CONFIGURED = "map_not_configured"
    RANGE_REFUSED = "range_refused"
    BODY_TOO_LARGE = "body_too_large"
    PHOTO_NOT_AN_IMAGE = "photo_not_an_image"
    PHOTO_DAMAGED = "photo_damaged"
    PHOTO_TOO_MANY_BYTES = "photo_too_many_bytes"
    PHOTO_TOO_MANY_PIXELS = "photo_too_many_pixels"
    TOO_MANY_PHOTOS = "too_many_photos"
    EVIDENCE_NOT_HERE = "evidence_not_here"
    EVIDENCE_HASH_DIFFERS = "evidence_hash_differs"
    EVIDENCE_TOO_LARGE = "evidence_too_large"
    EVIDENCE_TYPE_REFUSED = "evidence_type_refused"
    EVIDENCE_RANGE_REFUSED = "evidence_range_refused"
    BUSY = "busy"
    INTERNAL = "internal"


STATUS: Final[Mapping[Code, HTTPStatus]] = {
    Code.INVALID_REQUEST: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NOT_SIGNED_IN: HTTPStatus.UNAUTHORIZED,
    Code.SESSION_EXPIRED: HTTPStatus.UNAUTHORIZED,
    Code.WRONG_CREDENTIALS: HTTPStatus.UNAUTHORIZED,
    Code.LINK_SPENT: HTTPStatus.UNAUTHORIZED,
    Code.TOO_MANY_TRIES: HTTPStatus.TOO_MANY_REQUESTS,
    Code.CSRF: HTTPStatus.FORBIDDEN,
    Code.ROLE_MISSING: HTTPStatus.FORBIDDEN,
    Code.NOT_YOUR_UNIT: HTTPStatus.FORBIDDEN,
    Code.BEYOND_YOUR_WARDS: HTTPStatus.FORBIDDEN,
    Code.NOT_YOUR_NODE: HTTPStatus.FORBIDDEN,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    Code.BAD_CURSOR: HTTPStatus.BAD_REQUEST,
    Code.IDEMPOTENCY_KEY_REQUIRED: HTTPStatus.BAD_REQUEST,
    Code.IDEMPOTENCY_KEY_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.VERSION_REQUIRED: HTTPStatus.PRECONDITION_REQUIRED,
    Code.VERSION_DIFFERS: HTTPStatus.PRECONDITION_FAILED,
    Code.ILLEGAL_STEP: HTTPStatus.CONFLICT,
    Code.UNDO_TOO_LATE: HTTPStatus.CONFLICT,
    Code.CASE_UNDER_WAY: HTTPStatus.CONFLICT,
    Code.RULE_UNKNOWN: HTTPStatus.CONFLICT,
    Code.UNIT_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.ASSIGNEE_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.WORDS_REQUIRED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.REASON_REQUIRED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.AFTER_PHOTO_REQUIRED: HTTPStatus.CONFLICT,
    Code.CASE_FINISHED: HTTPStatus.CONFLICT,
    Code.DEADLINE_NOT_LATER: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.LOGIN_TAKEN: HTTPStatus.CONFLICT,
    Code.WARD_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PASSWORD_TOO_WEAK: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NO_GRANTS: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.CONFIG_HOLDS_SECRET: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.REVISION_TAKEN: HTTPStatus.CONFLICT,
    Code.NODE_RETIRED: HTTPStatus.CONFLICT,
    Code.MAP_NOT_CONFIGURED: HTTPStatus.NOT_FOUND,
    Code.RANGE_REFUSED: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    Code.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.PHOTO_NOT_AN_IMAGE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.PHOTO_DAMAGED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PHOTO_TOO_MANY_BYTES: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.PHOTO_TOO_MANY_PIXELS: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.TOO_MANY_PHOTOS: HTTPStatus.CONFLICT,
    Code.EVIDENCE_NOT_HERE: HTTPStatus.NOT_FOUND,
    Code.EVIDENCE_HASH_DIFFERS: HTTPStatus.CONFLICT,
    Code.EVIDENCE_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.EVIDENCE_TYPE_REFUSED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.EVIDENCE_RANGE_REFUSED: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    Code.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_OF_STATUS: Final = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 413: Code.BODY_TOO_LARGE}
_MISSING_HEADERS: Final = {
    "idempotency-key": Code.IDEMPOTENCY_KEY_REQUIRED,
    "if-match": Code.VERSION_REQUIRED,
}


class ProblemDetail(BaseModel):
    """A refusal: `type` says why, as a code to be worded with `params`."""

    type: Code
    status: int
    params: dict[str, Any] = {}


class Refused(Exception):  # noqa: N818 - the name says what happened
    """A request that is refused. `params` fill the sentence; `headers` go out with the answer."""

    def __init__(
        self, code: Code, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = dict(params or {})
        self.headers = dict(headers or {})


class TooLarge(HTTPException):
    """A body that grew past its limit while it was read: the framework passes only its own kind through."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self.refused = refused


def busy(seconds: int = BUSY_RETRY_S) -> Refused:
    """Come back in so many seconds."""
    return Refused(Code.BUSY, headers={"Retry-After": str(seconds)})


def answer(refused: Refused) -> JSONResponse:
    """The refusal as a response."""
    status = STATUS[refused.code]
    body = {"type": refused.code.value, "status": int(status), "params": refused.params}
    return JSONResponse(body, status, refused.headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every refusal, ours or the framework's, a problem document."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(IllegalCaseStep, _illegal)
    app.add_exception_handler(IllegalAlertStep, _illegal)
    app.add_exception_handler(PhotoRefused, _photo)
    app.add_exception_handler(StudioBusy, _busy)
    app.add_exception_handler(Exception, _crashed)


def _refused(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, Refused):
        raise error
    return answer(error)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    found = error.errors()
    for mistake in found:
        header = str(mistake["loc"][-1]).lower()
        if mistake["loc"][0] == "header" and mistake["type"] == "missing" and header in _MISSING_HEADERS:
            return answer(Refused(_MISSING_HEADERS[header]))
    told = [{"at": ".".join(str(part) for part in item["loc"]), "code": item["type"]} for item in found]
    return answer(Refused(Code.INVALID_REQUEST, {"errors": told}))


def _framework(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error, TooLarge):
        return answer(error.refused)
    code = _OF_STATUS.get(error.status_code, Code.INVALID_REQUEST)
    return answer(Refused(code, headers=error.headers))


def _illegal(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, IllegalCaseStep | IllegalAlertStep):
        raise error
    return answer(Refused(Code.ILLEGAL_STEP, {"state": str(error.state), "step": str(error.step)}))


def _photo(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, PhotoRefused):
        raise error
    return answer(Refused(Code(Fault(error.fault).value), error.params))


def _busy(_request: Request, _error: Exception) -> JSONResponse:
    return answer(busy())


def _crashed(_request: Request, _error: Exception) -> JSONResponse:
    return answer(Refused(Code.INTERNAL))
