"""The tests' settings for a worker of its own, which follows the log into the search server too where its index is named."""

import os

from cms.settings.test import *  # noqa: F403
from cms.settings.test import Q_CLUSTER as _Q_CLUSTER
from cms.settings.test import SEARCH_SERVER

Q_CLUSTER = {**_Q_CLUSTER, "sync": False}  # a worker that does its tasks in place takes none from the queue
ELASTICSEARCH_URL = SEARCH_SERVER if "ELASTICSEARCH_INDEX" in os.environ else ""
