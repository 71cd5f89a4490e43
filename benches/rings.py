"""Ring filters beside algotom on one sinogram: seconds of the processor and of the clock, error to the reference.

rings.py DATA SCORE_RINGS [RUNS]: DATA holds w4_stripe.npy and w4_stripe_ref.npy of the harness; SCORE_RINGS is
the example of voltomo-correct. Each pair is run one after the other, RUNS times (3); medians are printed.
"""
import json, os, re, subprocess, sys, tempfile, time
import numpy as np
import algotom, algotom.prep.removal as peer

data, ours, runs = sys.argv[1], sys.argv[2], int((sys.argv[3:] or ["3"])[0])
stripe, reference = (np.load(f"{data}/{name}.npy") for name in ("w4_stripe", "w4_stripe_ref"))
PAIRS = [
    ({"method": "sorting"}, "remove_stripe_based_sorting", dict(size=21)),
    ({"method": "filtering", "sigma": 2.5}, "remove_stripe_based_filtering", dict(sigma=3, size=21)),
    ({"method": "fitting"}, "remove_stripe_based_fitting", dict(order=2, sigma=10)),
    ({"method": "large"}, "remove_large_stripe", dict(snr=3, size=51)),
    ({"method": "dead"}, "remove_dead_stripe", dict(snr=3, size=51)),
    ({"method": "combined"}, "remove_all_stripe", dict(snr=3, la_size=51, sm_size=21)),
    ({"method": "wavelet_fourier"}, "remove_stripe_based_wavelet_fft", dict(level=5, size=1, wavelet_name="db9")),
    ({"method": "regularised"}, "remove_stripe_based_regularization", dict(apply_log=False)),
    ({"method": "raven"}, "remove_stripe_based_fft", dict(u=20, n=8, v=1)),
]

def rmse(found):
    return float(np.sqrt(((found - reference) ** 2).mean()))

def timed(run):
    wall, processor = time.perf_counter(), time.process_time()
    found = run()
    return found, time.perf_counter() - wall, time.process_time() - processor

print(f"algotom {algotom.__version__ if hasattr(algotom, '__version__') else ''}, before: {rmse(stripe):.4f}, runs: {runs}")
print("| method | error | its | s of the processor | its | times faster | s | its |")
print("|---|---|---|---|---|---|---|---|")
for settings, name, keys in PAIRS:
    call = getattr(peer, name)
    call(stripe.copy(), **keys)
    theirs = [timed(lambda: call(stripe.copy(), **keys)) for _ in range(runs)]
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out.npy"
        said = subprocess.run([ours, f"{data}/w4_stripe.npy", out, json.dumps(settings), str(runs + 1), "10"],
                              capture_output=True, text=True, check=True, env={**os.environ, "RAYON_NUM_THREADS": "1"}).stdout
        found = np.load(out)
    mine = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) s wall, ([\d.]+) s processor", said)][1:]
    wall, processor = (np.median([run[k] for run in mine]) for k in (0, 1))
    their_wall, their_processor = (np.median([run[k] for run in theirs]) for k in (1, 2))
    label = settings["method"] + (f" (sigma {settings['sigma']})" if "sigma" in settings else "")
    print(f"| `{label}` | {rmse(found):.4f} | {rmse(theirs[0][0]):.4f} | {processor:.4f} | {their_processor:.3f} | "
          f"{their_processor / processor:.0f} | {wall:.4f} | {their_wall:.3f} |", flush=True)
