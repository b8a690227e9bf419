"""The tests' settings with the search server put in place, for a worker that follows the log into it."""

from cms.settings.test import *  # noqa: F403
from cms.settings.test import SEARCH_SERVER as ELASTICSEARCH_URL  # noqa: F401
