#!/usr/bin/env bash
# The workloads of the peers' harness with voltomo and its peers, one after the other.
#   benches/peers.sh HARNESS DATA PYTHON
# Writes one block a run: the command, the load before it, what it printed.
set -euo pipefail
[ $# = 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
harness=$(realpath "$1")/bench_peers.py
data=$(realpath "$2")
python=$(realpath -s "$3")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo build --release --quiet -p voltomo-reconstruct --example score
score=$(realpath "${CARGO_TARGET_DIR:-target}/release/examples/score")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export PEERS_DATA=$data

run() {
    echo "== $(basename "$1") ${*:2} [load $(cut -d' ' -f1 /proc/loadavg)]"
    "$@"
}
peer() { run "$python" "$harness" run "$1" --peer "$2" --method "$3" --runs "$4" --out peers.jsonl; }
grade() { run "$python" "$harness" score "$@"; }

for method in auto fbp fbp-cubic fbp-upsampled; do
    run "$score" parallel "$data/w1_sino.npy" - "$method" 2
    run "$score" parallel "$data/w1_clean3.npy" own.npy "$method" 1
    grade w1 own.npy --data clean3
done
peer w1 algotom fbp 3

for method in "sirt 50" "cgls 20"; do
    # shellcheck disable=SC2086
    run "$score" iterative "$data/w2_clean.npy" own.npy $method
    grade w2 own.npy --data clean
done
peer w2 astra sirt50_linear 1
peer w2 astra cgls20_linear 1

run "$score" cone "$data/w3_noisy.npy" - 512 512 3
run "$score" cone "$data/w3_clean.npy" own.npy 512 32 1
grade w3 own.npy
peer w3 rtk fdk512 3

run "$score" tv 256 90 fista_tv 20
