"use strict";
// The explorer of each result: one state (replicate, population, signal, time shown), drawn anew when it changes.
(() => {
  const INK = "#404040", FAINT = "#e4e4e4", MISSING = 65535;
  const SVG = "http://www.w3.org/2000/svg", LEFT = 72, RIGHT = 12, TOP = 8;

  function numbers(text, Kind) {
    const raw = atob(text), bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new Kind(bytes.buffer);      // little-endian, as all machines with a browser are
  }

  const text = (value, digits = 4) => Number(value.toPrecision(digits)).toString().replace("-", "\u2212");
  const withUnit = (value, unit, digits) => `${text(value, digits)} ${unit}`.trim();

  const named = (label, unit) => unit ? `${label} (${unit})` : label;

  function ticks(low, high, most) {
    const raw = (high - low) / most, ten = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(k => k * ten).find(k => k >= raw * 0.999);
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step);
    return found;
  }

  function options(select, entries) {
    select.replaceChildren(...entries.map(([value, label]) => new Option(label, value)));
    select.disabled = entries.length < 2;
  }

  // ---- drawing over time --------------------------------------------------------------------------------------------

  function sheet(canvas, bottom) {
    const width = canvas.clientWidth, height = canvas.clientHeight, ratio = Math.max(window.devicePixelRatio || 1, 2);
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = "12px system-ui, 'DejaVu Sans', sans-serif";
    return {pen, left: LEFT, right: width - RIGHT, top: TOP, bottom: height - bottom};
  }

  function axes(area, view, low, high, label, timed) {
    const {pen, left, right, top, bottom} = area;
    const x = t => left + (t - view.from) / (view.to - view.from) * (right - left);
    const y = v => bottom - (v - low) / (high - low) * (bottom - top);
    pen.strokeStyle = INK;
    pen.fillStyle = INK;
    pen.lineWidth = 1;
    pen.strokeRect(left, top, right - left, bottom - top);
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const t of ticks(view.from, view.to, Math.max(2, (right - left) / 110))) {
      pen.fillRect(x(t), bottom, 1, 4);
      if (timed) pen.fillText(text(t, 7), x(t), bottom + 6);
    }
    if (timed) pen.fillText("Time (s)", (left + right) / 2, bottom + 21);
    pen.save();
    pen.translate(14, (top + bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = "middle";
    pen.fillText(label, 0, 0);
    pen.restore();
    return {x, y};
  }

  function drawTrace(canvas, state, signal, row, colour) {
    const area = sheet(canvas, 40), {pen, left, right, top, bottom} = area;
    let low = Math.min(...signal.low), high = Math.max(...signal.high), air = 0.04 * (high - low);
    [low, high] = [low === 0 ? 0 : low - air, high + air];
    const {x, y} = axes(area, state, low, high, named(signal.label.split(",")[0], signal.unit), true);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const v of ticks(low, high, 5)) {
      pen.fillStyle = FAINT;
      pen.fillRect(left + 1, y(v), right - left - 2, 1);
      pen.fillStyle = INK;
      pen.fillText(text(v), left - 6, y(v));
    }
    const at = t => (t - signal.start) / signal.every;
    const from = Math.max(0, Math.floor(at(state.from)) - 1), to = Math.min(signal.n - 1, Math.ceil(at(state.to)) + 1);
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    pen.beginPath();
    pen.strokeStyle = colour;
    pen.lineWidth = 1.2;
    let gap = true;
    for (let k = from; k <= to; k++) {
      const v = valueAt(signal, row, k);
      if (v !== null) pen[gap ? "moveTo" : "lineTo"](x(signal.start + k * signal.every), y(v));
      gap = v === null;
    }
    pen.stroke();
    pen.restore();
  }

  function valueAt(signal, row, k) {
    signal.values ??= numbers(signal.data, Uint16Array);
    const whole = signal.values[row * signal.n + k];
    return whole === MISSING ? null : signal.low[row] + whole / (MISSING - 1) * (signal.high[row] - signal.low[row]);
  }

  function drawRaster(canvas, state, populations, rasters, row) {
    const area = sheet(canvas, 8), {pen, left, right, top, bottom} = area;
    const shown = populations.filter(one => rasters[one.name]);
    const total = shown.reduce((sum, one) => sum + rasters[one.name].cells.length, 0);
    const gap = 6, high = (bottom - top - gap * (shown.length + 1)) / Math.max(total, 1);
    const {x} = axes(area, state, 0, 1, "Cells", false);
    const wide = Math.min(3, Math.max(1, 0.002 / (state.to - state.from) * (right - left)));    // 2 ms, where that can be seen
    let spikes = 0, level = bottom - gap;
    for (const one of [...shown].reverse()) {
      const raster = rasters[one.name], n = raster.cells.length;
      raster.count ??= numbers(raster.counts, Uint32Array);
      raster.time ??= numbers(raster.times, Uint16Array);
      raster.first ??= raster.count.reduce((sums, count) => (sums.push(sums.at(-1) + count), sums), [0]);
      pen.fillStyle = one.colour;
      for (let cell = 0; cell < n; cell++) {
        const at = level - (cell + 1) * high, k = row * n + cell;
        for (let i = raster.first[k]; i < raster.first[k + 1]; i++) {
          const t = raster.time[i] * raster.step;
          if (t < state.from || t > state.to) continue;
          pen.fillRect(x(t) - wide / 2, at, wide, Math.max(high * 0.9, 1));
          spikes++;
        }
      }
      level -= n * high + gap;
    }
    return spikes;
  }

  // ---- the chart of doses -------------------------------------------------------------------------------------------

  function make(name, attributes, into, content) {
    const found = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
    if (content !== undefined) found.textContent = content;
    if (into) into.append(found);
    return found;
  }

  function drawDoses(box, doses, measure, colour, tell, choose) {
    const width = doses.series.length > 1 ? 860 : 660, height = 320, left = 86, right = 640, top = 12, bottom = 268;
    // Intervals over few seeds may cross zero where the seeds, and so the axis, do not.
    const seeds = measure.seeds.flat().filter(v => v !== null), ends = [...seeds, ...measure.low, ...measure.high].filter(v => v !== null);
    let low = Math.min(...seeds) < 0 ? Math.min(...ends) : 0, high = Math.max(...seeds) > 0 ? Math.max(...ends) : 0;
    if (high === low) high = low + 1;
    [low, high] = [low && low - 0.05 * (high - low), high && high + 0.05 * (high - low)];
    const x = place => left + 24 + place * (right - left - 48);
    const y = v => bottom - (Math.min(Math.max(v, low), high) - low) / (high - low) * (bottom - top);
    const svg = make("svg", {viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `${measure.label} against ${doses.label}`,
                             "font-family": "system-ui, 'DejaVu Sans', sans-serif", "font-size": 13, fill: INK, style: `max-width:${1.07 * width}px`});
    make("path", {d: `M${left} ${top}V${bottom}H${right}`, fill: "none", stroke: INK}, svg);
    for (const v of ticks(low, high, 5)) {
      make("path", {d: `M${left - 4} ${y(v)}H${left}`, stroke: INK}, svg);
      make("text", {x: left - 8, y: y(v) + 4, "text-anchor": "end"}, svg, text(v));
    }
    for (const [place, label] of doses.ticks) {
      make("path", {d: `M${x(place)} ${bottom}v4`, stroke: INK}, svg);
      make("text", {x: x(place), y: bottom + 18, "text-anchor": "middle"}, svg, label);
    }
    make("text", {x: (left + right) / 2, y: height - 8, "text-anchor": "middle"}, svg, doses.label);
    make("text", {transform: `translate(16 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle"}, svg,
         named(measure.label, measure.unit));
    doses.series.forEach((series, s) => {
      const ink = series.colour || colour, shift = (s - (doses.series.length - 1) / 2) * 5;
      const at = series.levels.filter(k => measure.mean[k] !== null);
      if (series.line) make("polyline", {points: at.map(k => `${x(doses.x[k]) + shift},${y(measure.mean[k])}`).join(" "),
                                         fill: "none", stroke: ink, opacity: 0.6}, svg);
      if (series.label) make("text", {x: right + 12, y: top + 14 + 18 * s, fill: ink}, svg, series.label);
      for (const k of at) {
        const told = measure.low[k] === null ? "" : ` (95 % interval ${text(measure.low[k])} to ${text(measure.high[k])})`;
        const number = measure.seeds[k].length, of = `${number} seed${number === 1 ? "" : "s"}`;
        const says = `${doses.labels[k]}: ${withUnit(measure.mean[k], measure.unit)}${told}, ${of}`;
        const point = make("g", {class: "dose", tabindex: 0, role: "button", "aria-label": says, "data-level": k}, svg);
        const px = x(doses.x[k]) + shift, py = y(measure.mean[k]);
        make("title", {}, point, says);
        const reach = doses.series.length > 1 ? {y: py - 10, height: 20} : {y: top, height: bottom - top};
        make("rect", {x: px - 10, width: 20, fill: "transparent", ...reach}, point);
        for (const v of measure.seeds[k]) if (v !== null) make("circle", {cx: px + 7, cy: y(v), r: 2, fill: ink, opacity: 0.45}, point);
        if (told) make("path", {d: `M${px} ${y(measure.low[k])}V${y(measure.high[k])}`, stroke: ink, "stroke-width": 1.6}, point);
        make("circle", {class: "mark", cx: px, cy: py, r: 5, fill: ink, stroke: "#fff"}, point);
        point.addEventListener("pointerenter", () => tell(says));
        point.addEventListener("focus", () => tell(says));
        point.addEventListener("click", () => choose(k));
        point.addEventListener("keydown", event => {
          if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(k); }
        });
      }
    });
    box.replaceChildren(svg);
  }

  // ---- one result ---------------------------------------------------------------------------------------------------

  function start(section) {
    const data = JSON.parse(section.querySelector("script.data").textContent);
    const find = query => section.querySelector(query);
    const pick = Object.fromEntries([...section.querySelectorAll("[data-pick]")].map(one => [one.dataset.pick, one]));
    const raster = find("canvas.raster"), trace = find("canvas.trace"), readout = find("[data-readout]");
    const state = {row: 0, population: 0, signal: 0, from: 0, to: data.duration};
    const chosen = () => data.populations[state.population];
    const signals = () => data.signals[chosen().name] || [];
    if (!data.populations.length) { find(".told").textContent = "Nothing was recorded over time."; return; }
    raster.hidden = !Object.keys(data.rasters).length;

    function draw() {
      const signal = signals()[state.signal], one = data.replicates[state.row];
      const spikes = raster.hidden ? null : drawRaster(raster, state, data.populations, data.rasters, state.row);
      if (signal) drawTrace(trace, state, signal, state.row, chosen().colour);
      const shown = [state.from, state.to].map(t => `${Number(t.toFixed(4))} s`).join(" to ");
      find(".told").textContent = `${one.label}; ${shown}; ${chosen().title}: ${signal ? signal.label : ""}`
        + (spikes === null ? "" : `; ${spikes} spikes in the raster`);
      raster.setAttribute("aria-label", `Raster of ${one.label}, ${shown}`);
    }

    function view(from, to) {
      const span = Math.min(Math.max(to - from, data.duration / 5000), data.duration);
      state.from = Math.min(Math.max(from, 0), data.duration - span);
      state.to = state.from + span;
      requestAnimationFrame(draw);
    }
    function zoom(factor, at = (state.from + state.to) / 2) {
      view(at - (at - state.from) * factor, at + (state.to - at) * factor);
    }
    const move = share => view(state.from + share * (state.to - state.from), state.to + share * (state.to - state.from));
    const doings = {in: () => zoom(0.5), out: () => zoom(2), back: () => move(-0.5), on: () => move(0.5), all: () => view(0, data.duration)};

    function listSignals() {
      options(pick.signal, signals().map((one, k) => [k, one.label]));
      state.signal = 0;
      if (pick.measure) {
        const all = data.doses.measures.map((one, k) => [k, one.label]);
        options(pick.measure, all.filter(([k]) => data.doses.measures[k].population === chosen().name));
        listDoses();
      }
    }
    function listDoses() {
      const measure = data.doses.measures[pick.measure.value], box = find("[data-doses]");
      if (!measure) { box.replaceChildren(); return; }
      drawDoses(box, data.doses, measure, chosen().colour, says => { find("[data-dose]").textContent = says; }, level => {
        const row = data.replicates.findIndex(one => one.level === level);
        if (row >= 0) { state.row = row; pick.replicate.value = row; draw(); }
      });
    }

    options(pick.replicate, data.replicates.map((one, k) => [k, one.label]));
    options(pick.population, data.populations.map((one, k) => [k, one.title]));
    listSignals();
    pick.replicate.addEventListener("change", () => { state.row = Number(pick.replicate.value); draw(); });
    pick.population.addEventListener("change", () => { state.population = Number(pick.population.value); listSignals(); draw(); });
    pick.signal.addEventListener("change", () => { state.signal = Number(pick.signal.value); draw(); });
    pick.measure?.addEventListener("change", listDoses);
    for (const one of section.querySelectorAll("[data-zoom]")) one.addEventListener("click", doings[one.dataset.zoom]);
    trace.addEventListener("keydown", event => {
      const doing = {ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), "+": doings.in, "=": doings.in, "-": doings.out,
                     Home: doings.all}[event.key];
      if (doing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); doing(); }
    });

    for (const canvas of [raster, trace]) {
      const timeAt = event => state.from + (event.offsetX - LEFT) / (canvas.clientWidth - LEFT - RIGHT) * (state.to - state.from);
      let held = null;
      canvas.addEventListener("pointerdown", event => { held = {at: timeAt(event), id: event.pointerId}; canvas.setPointerCapture(event.pointerId); });
      for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
      canvas.addEventListener("pointermove", event => {
        const t = timeAt(event), signal = signals()[state.signal];
        if (held) { view(state.from + held.at - t, state.to + held.at - t); return; }
        const k = signal ? Math.round((t - signal.start) / signal.every) : -1;
        if (k < 0 || k >= signal.n) return;
        const v = valueAt(signal, state.row, k);
        readout.textContent = `${(signal.start + k * signal.every).toFixed(4)} s: ${v === null ? "no value" : withUnit(v, signal.unit)}`;
      });
      canvas.addEventListener("wheel", event => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
      }, {passive: false});
      canvas.addEventListener("dblclick", doings.all);
    }
    new ResizeObserver(() => requestAnimationFrame(draw)).observe(trace);
  }

  document.querySelectorAll("section.explore").forEach(start);

  // Links into closed parts open them; printing opens all.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1))), folded = target?.closest("details");
    if (folded) { folded.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  reveal();
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
})();
