#!/usr/bin/env bash
# test_on_one_node.sh PUENTE: starts a real SLURM of one node in a temporary folder, runs the three batch scripts on the
# reference pack and requires of each the bits of a run without SLURM. Stops what it started. Needs root and the Debian
# packages slurm-wlm, munge and libpmix-dev; exit 77 ("skipped") without them. /etc is not touched.
set -euo pipefail
puente=$(realpath "$1")
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() { echo "skipped: $1"; exit 77; }
[[ $(id -u) -eq 0 ]] || skip "a SLURM of its own needs root"
for program in munged slurmctld slurmd sbatch srun mpirun; do
  command -v "$program" >/dev/null || skip "$program is not installed (apt-get install slurm-wlm munge openmpi-bin)"
done

folder=$(mktemp -d)
stop() {
  local pid_file
  for pid_file in slurmd slurmctld munged; do
    [[ ! -s $folder/$pid_file.pid ]] || kill "$(<"$folder/$pid_file.pid")" 2>/dev/null || true
  done
  sleep 1
  rm -rf "$folder"
}
trap stop EXIT
give_up() { echo "failed: $1"; tail -n 15 "$folder"/*.log; exit 1; }

write_configuration() {
  cat >"$folder/slurm.conf" <<TEXT
ClusterName=onenode
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
SwitchType=switch/none
ReturnToService=2
SlurmdParameters=config_overrides
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SlurmctldPort=16817
SlurmdPort=16818
KillWait=5
NodeName=localhost NodeAddr=127.0.0.1 CPUs=4 Sockets=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=1000
PartitionName=main Nodes=localhost Default=YES State=UP
TEXT
  # Without it slurmd 22.05 looks for a cgroup plugin of its own and fails where there is no systemd.
  echo 'CgroupPlugin=cgroup/v1' >"$folder/cgroup.conf"
}

start() {
  mkdir "$folder/state" "$folder/spool"
  chmod 755 "$folder"
  (umask 077 && head -c 1024 /dev/urandom >"$folder/munge.key")
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munged.seed" --num-threads=2
  slurmctld
  slurmd -N localhost
  local attempt
  for attempt in {1..60}; do
    ! sinfo -h -o %T 2>/dev/null | grep -q idle || return 0
    sleep 0.5
  done
  give_up "the node did not come up in 30 s (attempt $attempt)"
}

# run_batch SCRIPT OPTIONS...: one job, waited for, its results held against the direct run's.
run_batch() {
  local script=$1
  shift
  echo "-- $script"
  (cd "$folder" && timeout 120 sbatch --wait --quiet --output="$folder/$script.log" "$@" "$scripts/$script.sbatch" \
    reference --households "$households" --quiet -o "$folder/$script.h5") || give_up "$script"
  "$puente" compare "$folder/direct.h5" "$folder/$script.h5" || give_up "$script gives other numbers"
}

households=20000
export SLURM_CONF="$folder/slurm.conf" PUENTE="$puente"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
write_configuration
start
"$puente" run reference --households "$households" --quiet -o "$folder/direct.h5"
run_batch one_node --cpus-per-task=2
run_batch several_nodes_srun --nodes=1 --ntasks-per-node=2 --cpus-per-task=2
run_batch several_nodes_mpirun --nodes=1 --ntasks-per-node=2 --cpus-per-task=1
echo "three jobs under SLURM, the same bits as without it"
