#!/usr/bin/env bash
# Makes the pictures of docs/findings-of-the-group.md and of the corrections, and docs/contrast.md:
# runs the demo, then draws sections of its volumes. From the root of the repository:
#
#     docs/pictures/make.sh                 # demo into out/demo, pictures into docs/pictures
#     docs/pictures/make.sh out/demo        # takes the demo that lies there
#
# VOLTOMO is the program, `cargo run --release --` unless told. Contrasts need numpy and zarr 3 in
# PYTHON (python3 unless told); without them the table is left as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
read -r -a voltomo <<<"${VOLTOMO:-cargo run --quiet --release --}"
pictures=docs/pictures
demo=${1:-}
if [ -z "$demo" ]; then
    demo=out/demo
    "${voltomo[@]}" demo --out "$demo"
fi
neutron=$demo/18650/results/neutron xray=$demo/18650/results/xray
found=$demo/18650/results/6-inspect coin=$demo/coin/results/neutron

# Colours as the group's: blue is low, red is high.
colour=(--colours turbo --range 0:3)

draw() { # picture, then what `voltomo show` is told
    local picture=$1
    shift
    "${voltomo[@]}" show "$@" --out "$pictures/$picture"
}

# The picture of the first finding of a kind that a beam shows; skipped where there is none.
finding() { # picture, kind, beam
    local number
    number=$(awk -F, -v kind="$2" -v beam="$3" '$2 == kind && $5 ~ beam { print $1; exit }' "$found/findings.csv")
    local file
    file=$found/finding-$(printf '%02d' "${number:-0}").png
    if [ -e "$file" ]; then
        cp "$file" "$pictures/$1"
    else
        echo "no $2 by $3: $1 is left as it is"
    fi
}

# A picture of the cell as a whole.
whole() { # picture, file
    if [ -e "$2" ]; then cp "$2" "$pictures/$1"; else echo "no $2: $1 is left as it is"; fi
}

# Figures 3 and 4: the coin cell, cut along its axis.
draw figure-3-coin.png "$coin" --section y --colours turbo
# Figure 5: radiograph, the section through the axis, that through the tab, a slice, in the round.
"${voltomo[@]}" look "$demo/18650/neutron-scan" --picture "$pictures/figure-5-radiograph.png" >/dev/null
draw figure-5-section.png "$neutron" --section y --slice 143 "${colour[@]}"
draw figure-5-tab.png "$neutron" --section y --slice 74 "${colour[@]}"
draw figure-5-slice.png "$neutron" --slice 283 --colours turbo --range 0:2
whole figure-5-rendering.png "$found/rendering-neutron.png"
# Figure 6: the same in X-rays.
draw figure-6-section.png "$xray" --section y --slice 235 --colours turbo --range 0:2.5
draw figure-6-slice.png "$xray" --slice 362 --colours turbo --range 0:2.5
finding figure-6-lead.png lid_lead xray

# The first screen of the report, as a browser shows it.
if browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome); then
    profile=$(mktemp -d)
    "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
        --disable-background-networking --no-first-run --window-size=1280,1060 \
        --screenshot="$PWD/$pictures/report.png" "file://$(realpath "$found/report.html")" 2>/dev/null
    rm -rf "$profile"
else
    echo "no Chromium: report.png is left as it is"
fi

# Corrections before and after, on cells that the example simulates itself.
cargo run --quiet --release -p voltomo-pipeline --example correction_pictures -- "$pictures"
cargo run --quiet --release -p voltomo-pipeline --example inclined_coin -- "$pictures"

if "${PYTHON:-python3}" -c 'import numpy, zarr' 2>/dev/null; then
    "${PYTHON:-python3}" $pictures/contrast.py "$demo" >docs/contrast.md
else
    echo "no numpy or zarr: docs/contrast.md is left as it is"
fi
