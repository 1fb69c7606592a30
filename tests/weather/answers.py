#!/usr/bin/env python3
"""Weather as it comes, against answers worked out without cask: answers.py CASK

A small packed file is made here, and its statistics by Python's own arithmetic. Where DATA_SETS names a folder
with weather/ and expected/ (reanalysis, sea surface temperature, a climate model, and answers of pandas and
xarray), the same questions are put to these as well.
"""
import concurrent.futures
import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

CASK = sys.argv[1]
DATA = os.environ.get("DATA_SETS")
CENTS = (1, 5, 25, 50, 75, 95, 99)

# Of any array x without missing values; the key is the answer's.
PLAIN = {"n": "x.size", "n_nan": "int(np.isnan(x).sum())", "mean": "x.mean()", "std_ddof0": "x.std()", "std_ddof1": "x.std(ddof=1)",
         "var_ddof0": "x.var()", "min": "x.min()", "argmin": "x.argmin()", "max": "x.max()", "argmax": "x.argmax()", "sum": "x.sum()",
         "percentiles": f"dict(zip({[str(c) for c in CENTS]}, da.quantile(x, {[c / 100 for c in CENTS]}).compute().tolist()))"}
# Of one that has some.
MISSING = {**{key: text.replace("x.", "da.nan").replace("()", "(x)").replace("(ddof", "(x, ddof") for key, text in PLAIN.items()
              if key not in ("n", "n_nan", "percentiles")}, "n": PLAIN["n"], "n_nan": PLAIN["n_nan"],
           "percentiles": PLAIN["percentiles"].replace("da.quantile", "da.nanquantile")}
# Of an hourly series x of whole days.
HOURLY = {"daily_mean": "x.reshape((-1, 24)).mean(axis=1)", "daily_max": "x.reshape((-1, 24)).max(axis=1)",
          "daily_min": "x.reshape((-1, 24)).min(axis=1)", "6h_mean_first8": "x.reshape((-1, 6)).mean(axis=1)[:8]",
          "mean_by_hour_of_day": "x.reshape((-1, 24)).mean(axis=0)",
          "day_minus_night_mean": "h[6:18].mean() - da.concatenate([h[:6], h[18:]]).mean()",
          "rolling24_last": "da.lib.stride_tricks.sliding_window_view(x, 24).mean(axis=-1)[-1]",
          "diff1_abs_max": "abs(da.diff(x)).max()", "cumsum_last": "x.cumsum(axis=0)[-1]",
          "autocorr_lag24": "da.corrcoef(da.stack([x[24:], x[:-24]]))[0, 1]",
          "rfft_abs_daily": "abs(da.fft.rfft(x)[x.size // 24])"}

passed = failed = 0


def evaluate(expression, names, out):
    done = subprocess.run([CASK, "eval", expression, *names, "-o", str(out)], capture_output=True, text=True, timeout=300)
    return json.loads(out.read_text()) if done.returncode == 0 else done.stderr.strip().splitlines()[0]


def close(got, want, tolerance):
    if isinstance(want, dict):
        return isinstance(got, dict) and all(close(got.get(key), value, tolerance) for key, value in want.items())
    if isinstance(want, list):
        return isinstance(got, list) and len(got) == len(want) and all(close(g, w, tolerance) for g, w in zip(got, want))
    if isinstance(want, str) or not isinstance(got, (int, float)):
        return got == want
    return abs(got - want) <= tolerance * max(abs(want), tolerance)


def ask(what, names, questions, answers, tolerance=1e-9):
    """Compare each question's value with the answer of that key."""
    global passed, failed
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        values = pool.map(lambda part: evaluate(part[1][1], names, pathlib.Path(name) / f"{part[0]}.json"), enumerate(questions.items()))
        for key, got in zip(questions, values):
            good = close(got, answers[key], tolerance)
            passed += good
            failed += not good
            if not good:
                print(f"{what}: {key}: {questions[key]} gives {str(got)[:150]}, wants {str(answers[key])[:150]}")


# ---- small, made here ----

DAYS, LAT, LON, SCALE, OFFSET, FILL = 10, 4, 6, 0.01, 273.15, -32767


def packed(step, lat, lon, land=True):
    """Hundredths of a degree: a daily wave, a trend, some scatter; one cell is land."""
    if land and (lat, lon) == (2, 3):
        return FILL
    return round(800 * math.sin(2 * math.pi * (step + lon) / 24) - 400 * lat + step + (step * 7919 + lat * 104729 + lon * 1299709) % 211)


def name(text):
    return struct.pack(">I", len(text)) + text.encode() + b"\0" * (-len(text) % 4)


def write_netcdf3(path, land):
    steps = 24 * DAYS
    head = b"CDF\x01" + struct.pack(">III", 0, 10, 3) + b"".join(name(n) + struct.pack(">I", size) for n, size in
                                                               (("time", steps), ("lat", LAT), ("lon", LON)))
    head += struct.pack(">IIII", 0, 0, 11, 1) + name("t") + struct.pack(">IIII", 3, 0, 1, 2) + struct.pack(">II", 12, 3)
    head += b"".join(name(n) + struct.pack(">IId", 6, 1, value) for n, value in (("scale_factor", SCALE), ("add_offset", OFFSET)))
    head += name("_FillValue") + struct.pack(">IIhh", 3, 1, FILL, 0)
    size = steps * LAT * LON * 2
    head += struct.pack(">III", 3, size, len(head) + 12)
    cells = [packed(s, a, o, land) for s in range(steps) for a in range(LAT) for o in range(LON)]
    path.write_bytes(head + struct.pack(f">{len(cells)}h", *cells))
    return [math.nan if c == FILL else c * SCALE + OFFSET for c in cells]


def percentile(ordered, cent):
    place = (len(ordered) - 1) * cent / 100
    low = ordered[math.floor(place)]
    return low + (ordered[math.ceil(place)] - low) * (place - math.floor(place))


def statistics(x):
    """The answers to PLAIN and MISSING."""
    there = [v for v in x if not math.isnan(v)]
    mean = math.fsum(there) / len(there)
    squares, ordered = math.fsum((v - mean) ** 2 for v in there), sorted(there)
    return {"n": len(x), "n_nan": len(x) - len(there), "mean": mean, "std_ddof0": math.sqrt(squares / len(there)),
            "std_ddof1": math.sqrt(squares / (len(there) - 1)), "var_ddof0": squares / len(there), "min": ordered[0],
            "argmin": x.index(ordered[0]), "max": ordered[-1], "argmax": x.index(ordered[-1]), "sum": math.fsum(there),
            "percentiles": {str(c): percentile(ordered, c) for c in CENTS}}


def mean_of(x):
    return math.fsum(x) / len(x)


def hourly(x):
    """The answers to HOURLY."""
    days = [x[i:i + 24] for i in range(0, len(x), 24)]
    day = [v for d in days for v in d[6:18]]
    night = [v for d in days for v in d[:6] + d[18:]]
    a, b = x[24:], x[:-24]
    ma, mb = mean_of(a), mean_of(b)
    cross = math.fsum((p - ma) * (q - mb) for p, q in zip(a, b))
    size = math.sqrt(math.fsum((p - ma) ** 2 for p in a) * math.fsum((q - mb) ** 2 for q in b))
    turn = 2 * math.pi * len(days) / len(x)
    return {"daily_mean": [mean_of(d) for d in days], "daily_max": [max(d) for d in days], "daily_min": [min(d) for d in days],
            "6h_mean_first8": [mean_of(x[i:i + 6]) for i in range(0, 48, 6)],
            "mean_by_hour_of_day": [mean_of([d[h] for d in days]) for h in range(24)],
            "day_minus_night_mean": mean_of(day) - mean_of(night), "rolling24_last": mean_of(x[-24:]),
            "diff1_abs_max": max(abs(q - p) for p, q in zip(x, x[1:])), "cumsum_last": math.fsum(x), "autocorr_lag24": cross / size,
            "rfft_abs_daily": abs(complex(math.fsum(v * math.cos(turn * k) for k, v in enumerate(x)),
                                          math.fsum(v * math.sin(turn * k) for k, v in enumerate(x))))}


def small(folder):
    names = [f"x=da.from_netcdf('{folder}/whole.nc', 't', chunks=(50, 2, -1))"]
    cells = write_netcdf3(folder / "whole.nc", False)
    ask("small", names, PLAIN, statistics(cells))
    series = [f"x=da.from_netcdf('{folder}/whole.nc', 't', chunks=(50, 2, -1))[:, 1, 4]", "h=x.reshape((-1, 24)).T"]
    ask("small, a series", series, HOURLY, hourly(cells[1 * LON + 4::LAT * LON]))
    cells = write_netcdf3(folder / "land.nc", True)
    ask("small, with land", [names[0].replace("whole", "land")], MISSING, statistics(cells))


# ---- the data that is given ----

def expected(file):
    return json.loads((pathlib.Path(DATA) / "expected" / file).read_text())


def opened(file, variable, more=""):
    return f"x=da.from_netcdf('{DATA}/weather/{file}', '{variable}'{more}).astype('f8')"


def reanalysis():
    wanted = expected("weather_era5_2t.json")
    x, lat = opened("era5_2t_uk_201903.nc", "2t"), opened("era5_2t_uk_201903.nc", "lat").replace("x=", "lat=")
    ask("era5", [x], PLAIN, wanted["all"])
    for point in wanted["points"].values():
        series = [x + f"[:, {point['lat_index']}, {point['lon_index']}]", "h=x.reshape((-1, 24)).T"]
        ask("era5, a point", series, PLAIN, point)
        ask("era5, a point", series, HOURLY, {**point, "rolling24_last": point["rolling24_mean"]["743"],
                                              "rfft_abs_daily": point["rfft_abs_at_24h_bin31"]})
    day = [x, "h=x.reshape((31, 24, 33, 49))", "d=h[:, 6:18].mean(axis=(0, 1)) - da.concatenate([h[:, :6], h[:, 18:]], axis=1).mean(axis=(0, 1))"]
    ask("era5, day and night", day, {"domain_mean": "d.mean()", "domain_std_ddof0": "d.std()", "max": "d.max()", "min": "d.min()",
                                     "argmax": "[int(i) for i in np.unravel_index(d.argmax().compute(), d.shape)]",
                                     "argmin": "[int(i) for i in np.unravel_index(d.argmin().compute(), d.shape)]"}, wanted["day_vs_night"])
    weights = [x, lat, "w=np.cos(np.deg2rad(lat))", "m=(x.mean(axis=2) * w).sum(axis=1) / w.sum()"]
    ask("era5, weighted", weights, {"first": "m[0]", "last": "m[-1]", "time_mean": "m.mean()"}, wanted["area_weighted_mean_coslat"])
    whole = {"histogram": "da.histogram(x, bins=np.arange(262, 296))[0]", "coarsened": "da.coarsen(np.mean, x, {1: 3, 2: 7}).sum()",
             "covariance": "da.cov(p)", "correlation": "da.corrcoef(p)", "topk": "da.topk(x.ravel(), 5)",
             "median": "da.median(x[:, 5, 5].rechunk(-1), axis=0)", "cold": "int((x < 273.15).sum())",
             "cold_share": "(x < 273.15).mean(axis=0).max()", "slope": "da.cov(da.stack([t, m]))[0, 1] / t.var(ddof=1)"}
    pieces = [x, "p=da.stack([x[:, 26, 40], x[:, 8, 27], x[:, 0, 0]])", "m=x.mean(axis=(1, 2))", "t=da.arange(744, chunks=744) * 1.0"]
    ask("era5, whole", pieces, whole, {
        "histogram": wanted["histogram"]["counts"], "coarsened": wanted["coarsen_3x7_mean"]["sum"],
        "covariance": wanted["covariance_ddof1_london_edinburgh_atlantic"], "correlation": wanted["correlation_london_edinburgh_atlantic"],
        "topk": wanted["topk5_values"], "median": wanted["median_over_time_at_5_5"], "cold": wanted["count_below_273.15"],
        "cold_share": wanted["fraction_hours_below_freezing_max_over_grid"], "slope": wanted["trend_of_domain_mean_K_per_hour"]["slope"]})
    anomalies = [x, "a=(x - x.mean(axis=0)).reshape((744, 1617)).rechunk((-1, 300))"]
    ask("era5, svd", anomalies, {"svd": "da.linalg.svd(a)[1][:5]"}, {"svd": wanted["svd_of_anomalies_744x1617_top5"]}, 1e-8)


def ocean():
    wanted = expected("weather_sst.json")
    x, lat = opened("sst.mnmean.nc", "sst"), opened("sst.mnmean.nc", "lat").replace("x=", "lat=")
    ask("sst", [x], MISSING, wanted["all"])
    ask("sst, a point", [x + "[:, 44, 105]"], PLAIN, wanted["point_0N_210E"])
    # 128 months: ten years and eight months; the climatology is over all there are.
    year = [x, lat, "c=da.stack([da.nanmean(x[m::12], axis=0) for m in range(12)])",
            "last=x[-12:] - da.concatenate([c[8:], c[:8]])", "w=np.cos(np.deg2rad(lat))[:, None] * (~np.isnan(x[:3]))"]
    ask("sst, seasons", year, {
        "monthly_climatology_at_point": "c[:, 44, 105]", "anomaly_at_point_last12": "last[:, 44, 105]",
        "nino34_anomaly_last12_unweighted": "da.nanmean(last[:, 42:47, 95:121], axis=(1, 2))",
        "global_coslat_mean_first3": "da.nansum(x[:3] * w, axis=(1, 2)) / w.sum(axis=(1, 2))",
        "nanmean_by_year": "{str(2010 + y): float(da.nanmean(x[12 * y:12 * y + 12])) for y in range(11)}",
        "ocean_cells_t0": "int((~np.isnan(x[0])).sum())", "nanstd_over_time_ddof0_max": "da.nanmax(da.nanstd(x, axis=0))"}, wanted)


def winds():
    wanted = expected("weather_eraint_uvz.json")
    for variable in "uvz":
        ask(f"uvz, {variable}", [opened("eraint_uvz.nc", variable)], PLAIN, wanted[variable]["unpacked"])
        ask(f"uvz, {variable}", [opened("eraint_uvz.nc", variable)], {
            "unpacked_mean_over_lon_at_month0_level0_lat120": "x[0, 0, 120].mean()", "per_month_level_mean": "x.mean(axis=(2, 3))"}, wanted[variable])
        ask(f"uvz, {variable} as stored", [opened("eraint_uvz.nc", variable, ", mask_and_scale=False").replace(".astype('f8')", "")], {
            "dtype": "x.dtype.str", "sum": "int(x.sum())", "min": "int(x.min())", "max": "int(x.max())", "shape": "list(x.shape)"}, wanted[variable]["raw"])
    speed = [opened("eraint_uvz.nc", "u"), opened("eraint_uvz.nc", "v").replace("x=", "v="), "s=np.hypot(x, v)"]
    ask("uvz, speed", speed, {"max": "s.max()", "mean": "s.mean()",
                              "argmax": "[int(i) for i in np.unravel_index(s.argmax().compute(), s.shape)]"}, wanted["wind_speed"])


def others():
    wanted = expected("weather_misc.json")
    air = wanted["air_temperature_small.nc"]
    ask("air", [opened("air_temperature_small.nc", "air")], PLAIN, air["unpacked"])
    ask("air", [opened("air_temperature_small.nc", "air")], {"steps": "x.mean(axis=(1, 2))"}, {"steps": air["mean_over_lat_lon_per_step"]})
    basins = wanted["basin_mask.nc"]
    ask("basins", [opened("basin_mask.nc", "basin", ", mask_and_scale=False").replace(".astype('f8')", "")], {
        "sum": "int(x.sum())", "counts": "{str(k): int((x == k).sum()) for k in range(1, 59)}"},
        {"sum": basins["sum"], "counts": {k: v for k, v in basins["bincount_nonneg"].items() if int(k) > 0}})
    ask("tiny", [opened("tiny.nc", "tiny")], {"values": "x.compute().tolist()"}, wanted["tiny.nc"])
    for variable, answer in wanted["era5_daily_cancities_1990-1993.nc"]["variables"].items():
        ask(f"cities, {variable}", [opened("era5_daily_cancities_1990-1993.nc", variable)], {
            "mean": "x.mean()", "std_ddof0": "x.std()", "n_nan": PLAIN["n_nan"],
            "yearly_mean_loc0": "[float(x[0, a:b].mean()) for a, b in ((0, 365), (365, 730), (730, 1096), (1096, 1461))]"}, answer)
    model = wanted["cmip5_hadgem2/*.nc concatenated along time, files in name order"]
    ask("climate model", [opened("cmip5_hadgem2/*.nc", "tas")], PLAIN, model["all"])
    ask("climate model", [opened("cmip5_hadgem2/*.nc", "tas")], {"shape": "list(x.shape)", "mean_over_time": "x.mean(axis=0).ravel()"}, model)


with tempfile.TemporaryDirectory() as made:
    small(pathlib.Path(made))
if DATA:
    for part in (reanalysis, ocean, winds, others):
        part()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or not passed)
