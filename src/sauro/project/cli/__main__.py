import sys

from sauro.project.cli import main

sys.exit(main())
