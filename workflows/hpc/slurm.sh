#!/bin/bash
# A study within one job of Slurm: sbatch slurm.sh STUDY FOLDER
# `delith submit` writes such a script from a cluster file, and sends the next job by itself.
#SBATCH --job-name=delith
#SBATCH --time=24:00:00
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=64

# where Delith is installed, if that is not on the path
# source /path/to/delith/.venv/bin/activate

# as many nodes and cores as asked for above
cluster=$(mktemp -p "$PWD" cluster-XXXX.yaml)
printf 'scheduler: local\nnodes: %d\ncores: %d\n' \
  "$SLURM_JOB_NUM_NODES" "$SLURM_CPUS_PER_TASK" > "$cluster"

delith run "$1" -o "$2" --cluster "$cluster"
code=$?
rm "$cluster"
exit $code
