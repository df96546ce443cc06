"""`python -m ginsen.cli`, where the command `ginsen` is not on the path."""

import sys

from ginsen.cli import main

sys.exit(main())
