"""The later version's migrations, and one that fails halfway."""

import tests.upgrade.later.core

__path__ = [*__path__, *tests.upgrade.later.core.__path__]
