"""The frame of the open interface: errors in one form, nothing unknown taken in silence, a limit on haste."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.throttling import AnonRateThrottle
from pydantic import Field

from homeground_web.shell import freshness

__all__ = ["Problem", "Wrong", "api", "get"]

PROBLEM = "application/problem+json"


class Wrong(Schema):
    """One thing that is wrong with what was asked."""

    where: str = Field(description="the parameter, and where it stood: query.limit")
    what: str = Field(description="what is wrong with it")


class Problem(Schema):
    """What went wrong, as RFC 9457 has it: what, where, and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    wrong: list[Wrong] = []


class _Api(NinjaAPI):
    """The interface, whose schema says that errors are of their own media type."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        schema = super().get_openapi_schema(**kwargs)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"] = {PROBLEM: response["content"]["application/json"]}
        return schema


api = _Api(
    title="Homeground",
    version="1",
    description=(
        "What is known about places: figures, lists, how sure they are, and what everything rests on. Open to read, "
        "without a key. Answers come in pages: follow `next`. A code is of one kind of area and one boundary year."
    ),
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url="/openapi.json",
    throttle=[AnonRateThrottle(f"{settings.API_PER_MINUTE}/m")] if settings.API_PER_MINUTE else [],
)


def get(path: str, *, answer: Any, refuses: tuple[int, ...] = (404,)) -> Callable[..., Any]:
    """Register an operation: read-only, kept ready, open to every site, refusing parameters that nobody knows."""

    def registered(view: Callable[..., Any]) -> Callable[..., Any]:
        known = set(inspect.signature(view).parameters) - {"request"}
        problems = dict.fromkeys((*refuses, 422, 429), Problem)
        operation = api.get(
            path, response={200: answer, **problems}, summary=(view.__doc__ or "").strip().splitlines()[0].rstrip("."),
            operation_id=view.__name__, url_name=view.__name__, exclude_unset=False,
        )  # fmt: skip
        return operation(decorate_view(_open_to_all, freshness.public)(_knowing(view, known)))

    return registered


def _knowing(view: Callable[..., Any], known: set[str]) -> Callable[..., Any]:
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        strange = sorted(set(request.GET) - known)
        if strange:
            there = ", ".join(sorted(known)) or "none"
            wrong = [
                Wrong(where=f"query.{name}", what=f"is no parameter here. There are: {there}.") for name in strange
            ]
            return 422, _problem(422, "A parameter that nobody knows was given. Leave it out.", wrong)
        twice = sorted(name for name in request.GET if len(request.GET.getlist(name)) > 1)
        if twice:
            wrong = [Wrong(where=f"query.{name}", what="was given more than once") for name in twice]
            return 422, _problem(422, "Give each parameter once.", wrong)
        return view(request, *args, **kwargs)

    return asked


def _open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code >= 400:
            response.headers["Content-Type"] = PROBLEM
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return opened


def _problem(status: int, detail: str, wrong: list[Wrong] | None = None) -> Problem:
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, wrong=wrong or [])


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    response = api.create_response(request, problem.dict(), status=problem.status)
    response.headers["Content-Type"] = PROBLEM
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [Wrong(where=".".join(map(str, one["loc"])), what=str(one["msg"])) for one in error.errors]
    return _answer(
        request, _problem(422, "What was asked cannot be read. See what is wrong with each parameter.", wrong)
    )


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(request, _problem(404, str(error) or "There is no such thing."))


@api.exception_handler(Throttled)
def _too_fast(request: HttpRequest, error: Throttled) -> HttpResponse:
    response = _answer(request, _problem(429, "You ask too often. Wait a little, or take the whole data: /data"))
    response.headers["Retry-After"] = str(max(1, int(error.wait or 1)))
    return response


@api.exception_handler(HttpError)
def _other(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _answer(request, _problem(error.status_code, str(error)))
