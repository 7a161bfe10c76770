"""Every address, app by app."""

from __future__ import annotations

from django.urls import include, path

handler400 = "homeground_web.shell.views.not_understood"
handler403 = "homeground_web.shell.views.not_allowed"
handler404 = "homeground_web.shell.views.not_found"
handler500 = "homeground_web.shell.views.went_wrong"

urlpatterns = [
    path("", include("homeground_web.places.urls")),
    path("", include("homeground_web.find.urls")),
    path("", include("homeground_web.understand.urls")),
    path("", include("homeground_web.listen.urls")),
    path("", include("homeground_web.desk.urls")),
    path("", include("homeground_web.api.urls")),
    path("", include("homeground_web.shell.urls")),
    path("", include("homeground_web.people.urls")),
]
