"""`python -m infra.checks`: `make check`."""

import sys

from infra.checks import check
from infra.checks.steps import Score

if __name__ == "__main__":
    score = Score()
    check.run(score)
    sys.exit(score.close())
