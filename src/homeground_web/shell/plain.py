"""The page that says how hard a text is to read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from homeground_web.shell import analysis

__all__ = ["plain_words"]

_LONGEST = 50_000


@never_cache
@csrf_exempt  # it changes nothing and keeps nothing
@require_http_methods(["GET", "HEAD", "POST"])
def plain_words(request: HttpRequest) -> HttpResponse:
    """Show a field for a text; for a text that was sent, how hard it is to read. It is not kept."""
    text = request.POST.get("text", "").strip().replace("\r\n", "\n")
    if request.method != "POST":
        return render(request, "shell/plain_words.html", {"text": "", "error": ""})
    if not text or len(text) > _LONGEST:
        error = _("Write or paste a text") if not text else _("Give no more than 50,000 characters at a time")
        return render(request, "shell/plain_words.html", {"text": text[:_LONGEST], "error": error}, status=400)
    found = analysis.read(text)
    of = {kind: [one for one in found.findings if one.kind == kind] for kind in ("long sentence", "word of the trade")}
    hard = dict.fromkeys(one.text for one in found.findings if one.kind == "hard word")
    trade = {one.text.lower(): one for one in of["word of the trade"]}
    shown = {
        "text": text, "found": found, "age": round(found.age) if found.age is not None else 0, "error": "",
        "long": of["long sentence"], "trade": trade.values(), "hard": list(hard),
        "marked": analysis.pieces(text, found) if trade or hard else [],
    }  # fmt: skip
    return render(request, "shell/plain_words.html", shown)
