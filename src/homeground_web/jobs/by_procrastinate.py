"""Jobs by procrastinate, in the PostgreSQL database itself: as many workers as one likes, no further server."""

from __future__ import annotations

from procrastinate.contrib.django import app

from homeground_web.jobs import queue, work

__all__ = ["again", "perform", "run_worker", "send"]


@app.task(name="homeground.perform")
def perform(number: str) -> None:
    """Do one job."""
    work.perform(number)


@app.periodic(cron="* * * * *")
@app.task(name="homeground.again")
def again(timestamp: int) -> None:
    """Take up again what a killed worker left, and put down what is due today."""
    queue.take_up_again()
    queue.put_daily()


def send(number: str) -> None:
    """Put a job's number into the queue."""
    perform.defer(number=number)


def run_worker() -> None:
    """Take jobs from the queue until stopped."""
    queue.take_up_again()
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(concurrency=1)
