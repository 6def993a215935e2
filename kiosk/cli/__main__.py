"""`python -m kiosk.cli`: the `huduma` command where no script is installed."""

import sys

from kiosk.cli.main import main

sys.exit(main())
