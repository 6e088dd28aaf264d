"""The API put together: routers, refusals, doors. It starts nothing and owns nothing; the composition root does."""

from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import select

from central.api import problems
from central.api.console import console
from central.api.context import Context, Here
from central.api.doors import BodyLimit, Counted, SecurityHeaders
from central.api.feed import Heads
from central.api.legible import Legible
from central.api.problems import ProblemDetail
from central.api.routes import (
    accounts,
    alerts,
    cases,
    evidence,
    fleet,
    ground,
    inspection,
    orders,
    photos,
    places,
    session,
    stream,
)

VERSION: Final = "1"
_ROUTERS: Final = (
    session.router,
    alerts.router,
    cases.router,
    photos.router,
    evidence.router,
    fleet.router,
    orders.router,
    places.router,
    ground.router,
    accounts.router,
    inspection.router,
    stream.router,
)
open_to_all: Final = APIRouter(tags=["health"])


class Health(BaseModel):
    """The centre answers and reaches its database."""

    status: str = "ok"


@open_to_all.get("/healthz", operation_id="get_health")
def get_health(here: Here) -> Health:
    """Whether the centre works; an answer that is not 200 means it does not."""
    with here.database.reading() as connection:
        connection.execute(select(1))
    return Health()


@open_to_all.get("/metrics", operation_id="get_metrics", response_class=PlainTextResponse)
def get_metrics(here: Here) -> PlainTextResponse:
    """Counters and gauges for Prometheus; they name no ward and no person."""
    return PlainTextResponse(generate_latest(here.registry), media_type=CONTENT_TYPE_LATEST)


def bare() -> FastAPI:
    """Routes and refusals without a context behind them: what the OpenAPI document is written from."""
    app = FastAPI(
        title="WardSense",
        version=VERSION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={"4XX": {"model": ProblemDetail, "description": "Refused: `type` says why"}},
    )
    problems.install(app)
    for router in (*_ROUTERS, open_to_all):
        app.include_router(router)
    return app


def build(context: Context) -> FastAPI:
    """The application for a context."""
    app = bare()
    app.state.context = context
    app.state.heads = Heads(context.database)
    app.add_middleware(Legible)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Counted, registry=context.registry)
    if context.console is not None:
        app.mount("/", console(context.console), name="console")
    return app
