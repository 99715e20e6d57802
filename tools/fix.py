"""`make fix`: puts right what a machine can put right."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def main() -> None:
    """Imports, format, missing catalogue entries, generated documentation."""
    subprocess.run([str(BIN / "ruff"), "check", "--fix", "--quiet", "."], cwd=ROOT, check=False)
    subprocess.run([str(BIN / "ruff"), "format", "--quiet", "."], cwd=ROOT, check=False)
    os.environ["DJANGO_SETTINGS_MODULE"] = "sauro.project.settings.testing"
    import django

    django.setup()
    from tools import messages, reference

    added = messages.complete()
    print(f"Catalogues: {added} entries added. Vietnamese ones are empty: translate them.")
    reference.write()


if __name__ == "__main__":
    main()
