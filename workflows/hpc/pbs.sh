#!/bin/bash
# A study within one job of PBS: qsub -v STUDY=my_study.yaml,FOLDER=out pbs.sh
# `delith submit` writes such a script from a cluster file, and sends the next job by itself.
#PBS -N delith
#PBS -j oe
#PBS -l walltime=24:00:00
#PBS -l select=2:ncpus=64

cd "$PBS_O_WORKDIR"

# where Delith is installed, if that is not on the path
# source /path/to/delith/.venv/bin/activate

# as many nodes and cores as asked for above
cluster=$(mktemp -p "$PWD" cluster-XXXX.yaml)
printf 'scheduler: local\nnodes: %d\ncores: %d\n' \
  "$(sort -u "$PBS_NODEFILE" | wc -l)" "$NCPUS" > "$cluster"

delith run "$STUDY" -o "$FOLDER" --cluster "$cluster"
code=$?
rm "$cluster"
exit $code
