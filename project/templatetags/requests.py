"""What pages say of the request that they answer."""

from django import template

from project import request_ids

register = template.Library()


@register.simple_tag
def request_id() -> str:
    """The id under which the log has this request; nothing outside of one."""
    return request_ids.request_id()
