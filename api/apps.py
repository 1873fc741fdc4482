"""The app's place in Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
