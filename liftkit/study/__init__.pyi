from .checkpoint_selection import POLICIES as POLICIES
from .study import Study as Study
from .study import run_study as run_study
