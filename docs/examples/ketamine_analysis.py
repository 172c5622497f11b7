# %% [markdown]
# # A stored result, from rates to an IC50
#
# A notebook as a script: VS Code, Spyder and Jupyter (with jupytext) open it cell by cell, and
# `python docs/examples/ketamine_analysis.py` runs it. It needs the result of `glunet run ketamine`, and
# `pip install 'glunet[analysis]'` for elephant and neo.

# %%
import os
import warnings

import matplotlib.pyplot as plt
import numpy as np

import glunet
from glunet import analysis

result = glunet.open(os.environ.get("GLUNET_RESULT", "results/ketamine"))
print(result)       # in a notebook, `result` by itself is a table of what it holds and what to type for it

# %% [markdown]
# ## A table per replicate and population
#
# Mean rates and averages of recorded means over the whole run are kept in the file, so this is quick for a large one too.

# %%
DOSE = "drugs.ketamine.concentration"
table = result.to_pandas()
print(table.groupby(["population", DOSE])["rate"].agg(["mean", "sem"]).round(2))
print(table.attrs["units"])

# %% [markdown]
# ## Labelled arrays
#
# `rates` counts spikes in a window: replicate x cell. The axes and the seed are its coordinates; those of a grid of points
# become dimensions. Seeds are paired, so changes are taken within a seed.

# %%
window = (result.duration_s / 4, result.duration_s)         # leave out the settling
rates = result.rates("pyramidal", *window)
by_dose = result.grid(rates.mean("cell"))                    # dose x seed
relative = by_dose / by_dose.isel({DOSE: 0})
print(relative.mean("seed").round(2).values)

# %% [markdown]
# ## How ketamine blocks: the fraction of blocked receptors against dose
#
# A Hill curve with its half-maximal concentration; the interval comes from resampling the seeds. `describe` also says
# whether a monotonic curve is a fair description at all.

# %%
doses_um = np.unique(result.axis(DOSE))
figure, panels = plt.subplots(1, 2, figsize=(9, 3.5), constrained_layout=True)
for axes, (population, variable) in zip(panels, [("interneuron", "block_ketamine_GluN2D"),
                                                  ("pyramidal", "block_ketamine_GluN2A")], strict=True):
    block = result.grid(result.mean(population, variable).sel(time=slice(*window)).mean("time"))
    rows = block.transpose("seed", DOSE).values
    found = analysis.dose_response.describe(doses_um, rows, bottom=0.0)
    axes.errorbar(np.maximum(doses_um, 0.1), rows.mean(axis=0), rows.std(axis=0, ddof=1), fmt="o")
    if found.hill is not None:
        x = np.geomspace(0.1, 100, 200)
        axes.plot(x, found.hill.curve(x))
        axes.set_title(f"{variable}: half at {found.hill.half:.2g} "
                       f"({found.hill.half_low:.2g} to {found.hill.half_high:.2g}) uM", fontsize=9)
    axes.set(xscale="log", xlabel="ketamine (uM), 0 drawn at 0.1", ylabel="blocked fraction")
figure.savefig("ketamine_block.png", dpi=120)

# %% [markdown]
# ## Irregularity, correlation and spectra
#
# The functions of `glunet.analysis` take arrays; `spike_arrays` hands them over. `help(analysis)` lists them.

# %%
spikes = result.spike_arrays("pyramidal")
correlation = analysis.pairwise_correlation(*spikes, *window)                   # one per replicate
with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)                              # replicates without such a cell
    irregularity = np.nanmean(analysis.cv2(*spikes, *window), axis=1)
course = result.population_rate("pyramidal", 1e-3, *window)                      # replicate x time
frequency, density = analysis.multitaper_spectrum(course.values, 1e-3, half_bandwidth_hz=4.0, segment_s=1.0)
gamma = analysis.relative_band_power(frequency, density, 30.0, 80.0)
for dose in doses_um:
    rows = np.flatnonzero(result.axis(DOSE).values == dose)
    print(f"{dose:6.1f} uM  CV2 {np.nanmean(irregularity[rows]):.2f}  correlation {np.nanmean(correlation[rows]):.3f}"
          f"  gamma {gamma[rows].mean():.2f}")

# %% [markdown]
# ## The same spikes in elephant
#
# One neo Segment per replicate; choose a few, since every cell becomes an object.

# %%
from elephant.statistics import cv, isi, mean_firing_rate  # noqa: E402

highest = int(np.flatnonzero(result.axis(DOSE).values == doses_um.max())[0])
block = result.to_neo(replicates=[0, highest])
for segment in block.segments:
    trains = [train for train in segment.spiketrains if train.annotations["population"] == "pyramidal"]
    mean = np.mean([float(mean_firing_rate(train).rescale("Hz")) for train in trains])
    variation = [float(cv(isi(train))) for train in trains if len(train) > 9]
    told = f"{np.mean(variation):.2f}" if variation else "no cell with ten spikes"
    print(f"{segment.name} at {segment.annotations[DOSE]}: {mean:.2f} Hz, CV {told}")

# %% [markdown]
# ## The figures of an experiment

# %%
glunet.draw(result, "dose_response", populations=["pyramidal"], window=list(window))

# %% [markdown]
# For other programs: `result.to_nwb("nwb_files")` writes one NWB file per replicate (`pip install 'glunet[nwb]'`), and
# bmtk or libsonata open the spikes of the result file as they are.
