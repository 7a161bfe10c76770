"""Addresses of accounts. Of django-allauth only what is used: no password is ever asked, set or forgotten."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from homeground_web.people import views

urlpatterns = [
    path("accounts/", views.account, name="account"),
    path("accounts/sign-out-everywhere", views.sign_out_everywhere, name="sign-out-everywhere"),
    path("accounts/close", views.close_account, name="close-account"),
    path("invitations/<str:secret>", views.invitation, name="invitation"),
    path("people", views.everywhere, name="people"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/login/code/", account.request_login_code, name="account_request_login_code"),
    path("accounts/login/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/signup/", account.signup, name="account_signup"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/email/", account.email, name="account_email"),
    path("accounts/confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
