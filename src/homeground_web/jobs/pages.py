"""The page one waits on while a job runs: a script keeps it up to date; without one, a button looks again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from homeground_web.jobs.models import Job

__all__ = ["waiting"]


def waiting(request: HttpRequest, job: Job, heading: str, *, after: str, back: str) -> HttpResponse:
    """Return how far a job is; lead on to `after` when it is done, and say what went wrong with a way `back`.

    Whether somebody may see the job is for the view to ask.
    """
    if request.headers.get("Accept") == "application/json":  # the page's own script asks how far it is
        said = _("%(percent)s per cent done. %(said)s") % {"percent": round(100 * (job.share or 0)), "said": job.said}
        answer = JsonResponse({"said": said, "share": job.share and 100 * job.share, "ended": job.is_over})
        answer.headers["Cache-Control"] = "no-store"
        return answer
    if job.state == Job.State.DONE:
        return HttpResponseRedirect(after)
    shown = {"job": job, "heading": heading, "back": back, "percent": round(100 * (job.share or 0))}
    response = render(request, "jobs/waiting.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response
