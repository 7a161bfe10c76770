"""Addresses of LISTEN: what residents use first, then what people with a role do."""

from __future__ import annotations

from django.urls import path

from homeground_web.listen import (
    campaigns,
    doorstep,
    heard,
    look_views,
    other_doors,
    patches,
    priority_views,
    said,
    say,
    sort_views,
    statement_views,
)

_OUR = "our/<slug:slug>"
_ONE = f"{_OUR}/listen/<int:number>"

urlpatterns = [
    path("code", say.code, name="code"),
    path(f"{_OUR}/say", say.say, name="say"),
    path(f"{_OUR}/said", said.said, name="said"),
    path(f"{_OUR}/said.csv", said.said_csv, name="said-csv"),
    path(f"{_OUR}/said.json", said.said_json, name="said-json"),
    path(f"{_OUR}/said/<int:theme>", said.theme, name="said-theme"),
    path(f"{_OUR}/statements", statement_views.statements, name="statements"),
    path(f"{_OUR}/statements/groups", statement_views.groups, name="statement-groups"),
    path(f"{_OUR}/statements/groups.csv", statement_views.groups_csv, name="statement-groups-csv"),
    path(f"{_OUR}/priorities", priority_views.priorities, name="priorities"),
    path(f"{_OUR}/house-rules", look_views.house_rules, name="house-rules"),
    path(f"{_OUR}/house-rules.csv", look_views.house_rules_csv, name="house-rules-csv"),
    path(f"{_OUR}/doorstep/", doorstep.doorstep, name="doorstep"),
    path(f"{_OUR}/doorstep/hello", doorstep.hello, name="doorstep-hello"),
    path(f"{_OUR}/doorstep/hide", doorstep.hide_here, name="doorstep-hide"),
    path(f"{_OUR}/doorstep/sync", doorstep.send_in, name="doorstep-sync"),
    path(f"{_OUR}/doorstep/worker.js", doorstep.worker, name="doorstep-worker"),
    path(f"{_OUR}/doorstep/manifest.webmanifest", doorstep.manifest, name="doorstep-manifest"),
    path(f"{_OUR}/listen", campaigns.listening, name="listen"),
    path(f"{_OUR}/listen/new", campaigns.new, name="listen-new"),
    path(_ONE, campaigns.hub, name="listen-hub"),
    path(f"{_ONE}/edit", campaigns.change, name="listen-edit"),
    path(f"{_ONE}/patches", patches.patches, name="listen-patches"),
    path(f"{_ONE}/patches/<int:patch>", patches.change, name="listen-patch"),
    path(f"{_ONE}/patches/<int:patch>/take-out", patches.take_out, name="listen-patch-out"),
    path(f"{_ONE}/heard", heard.heard, name="listen-heard"),
    path(f"{_ONE}/heard.csv", heard.heard_csv, name="listen-heard-csv"),
    path(f"{_ONE}/look", look_views.look, name="listen-look"),
    path(f"{_ONE}/words/<uuid:conversation>", look_views.translate, name="listen-translate"),
    path(f"{_ONE}/worries", look_views.worries, name="listen-worries"),
    path(f"{_ONE}/bring", other_doors.bring, name="listen-bring"),
    path(f"{_ONE}/brought/<int:file>", other_doors.brought, name="listen-brought"),
    path(f"{_ONE}/paper", other_doors.forms_to_print, name="listen-paper"),
    path(f"{_ONE}/type", other_doors.type_in, name="listen-type"),
    path(f"{_ONE}/sort", sort_views.begin, name="listen-sort"),
    path(f"{_ONE}/sort/<int:sorting>", sort_views.sort, name="listen-sorting"),
    path(f"{_ONE}/sort/<int:sorting>/working", sort_views.working, name="listen-sort-working"),
    path(f"{_ONE}/sort/<int:sorting>/second", sort_views.second, name="listen-second"),
    path(f"{_ONE}/statements", statement_views.look_at_statements, name="listen-statements"),
    path(f"{_ONE}/agreed", priority_views.agreed, name="listen-agreed"),
    path(f"{_ONE}/agreed/<int:meeting>", priority_views.meeting, name="listen-meeting"),
    path(f"{_ONE}/done", priority_views.deeds, name="listen-deeds"),
]
