"""Every URL, by door."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# One login for everybody, with its limits, second factors and templates: the admin's too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler500 = "api.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),
    path("", include("accounts.urls")),
    path("", include("chat.urls")),
]
