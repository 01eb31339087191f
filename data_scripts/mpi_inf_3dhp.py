"""MPI-INF-3DHP to a pose file: ``python data_scripts/mpi_inf_3dhp.py convert mpi_inf_3dhp --out mpi_inf_3dhp.npz``."""

from liftkit.cli.convert.mpi_inf_3dhp import app

if __name__ == "__main__":
    app()
