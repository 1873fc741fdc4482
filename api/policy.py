"""What pages below `/api/` may do that others may not."""

from csp.constants import SELF, UNSAFE_INLINE

# Swagger's page and REST framework's style themselves inline; scripts they bring as files.
INLINE_STYLES = {"style-src": [SELF, UNSAFE_INLINE]}
