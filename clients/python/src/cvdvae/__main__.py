"""``python -m cvdvae``."""
import sys

from ._cli.main import main

sys.exit(main(sys.argv[1:]))
