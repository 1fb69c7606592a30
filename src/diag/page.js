"use strict";
window.onerror = message => { document.documentElement.dataset.error = message; };
const $ = id => document.getElementById(id);
const data = JSON.parse($("data").textContent);

/* ---- figures as people read them ---- */

function figure(x) {
  return x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2);
}
function bytes(n) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let i = 0;
  while (n >= 999.5 && i < units.length - 1) { n /= 1000; i++; }
  return (i === 0 ? Math.round(n) : figure(n)) + " " + units[i];
}
/* The same on an axis, where 5 MB says as much as 5.00 MB. */
const level = n => bytes(n).replace(/\.(\d*?)0+ /, (all, kept) => kept ? "." + kept + " " : " ");
function duration(ns) {
  if (ns < 0) return "-" + duration(-ns);
  if (ns < 999.5) return Math.round(ns) + " ns";
  if (ns < 999.5e3) return figure(ns / 1e3) + " \u00b5s";
  if (ns < 999.5e6) return figure(ns / 1e6) + " ms";
  if (ns < 120e9) return figure(ns / 1e9) + " s";
  const s = Math.round(ns / 1e9), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
  return (h ? h + " h " : "") + m + " min " + (s % 60) + " s";
}
const count = n => n.toLocaleString("en-US");
const percent = x => (x < 0.0995 ? (100 * x).toFixed(1) : (100 * x).toFixed(0)) + " %";
function element(tag, text, parent, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  if (parent) parent.appendChild(made);
  return made;
}

/* ---- what was recorded ---- */

const groups = data.groups.map(([name, func, tasks, failed, busy, longest, size], index) =>
  ({ name: name || "(unnamed)", func, tasks, failed, busy, longest, bytes: size, index }));
const order = groups.filter(g => g.tasks).sort((a, b) => b.busy - a.busy);
const labels = data.labels;
const WIDTH = 8; /* numbers a span: begin (after the last end), length, label, tasks, block or busy, bytes, released, failed */
let spanCount = 0;
const lanes = data.lanes.map(lane => {
  const n = lane.spans.length / WIDTH, begins = new Float64Array(n), ends = new Float64Array(n);
  let time = 0;
  for (let i = 0; i < n; i++) {
    begins[i] = time + lane.spans[WIDTH * i];
    time = ends[i] = begins[i] + lane.spans[WIDTH * i + 1];
  }
  spanCount += n;
  return { ...lane, n, begins, ends, name: "worker " + lane.worker + (lane.run ? " (run " + (lane.run + 1) + ")" : "") };
});
function spanAt(lane, i) {
  const at = WIDTH * i, s = lane.spans, tasks = s[at + 3], length = s[at + 1];
  return { lane, i, begin: lane.begins[i], end: lane.ends[i], length, label: s[at + 2], tasks,
           block: s[at + 4], busy: tasks === 1 ? length : s[at + 4], bytes: s[at + 5], released: s[at + 6], failed: s[at + 7] };
}
const groupOf = label => labels[label] ? groups[labels[label][1]] : undefined;
/* A key as people write it: a label is a name, its group, and the grid of its blocks. */
function keyOf(label, block) {
  if (!labels[label]) return "?";
  const [name, , ...grid] = labels[label];
  if (block < 0) return name;
  const at = [];
  for (let k = grid.length - 1; k >= 0; k--) { at.unshift(block % grid[k]); block = Math.floor(block / grid[k]); }
  return "('" + name + "', " + (grid.length ? at.join(", ") : block) + ")";
}
const samples = data.samples.map(([t, cpu, resident, live, read, written, away]) => ({ t, cpu, resident, live, read, written, away }));
const first = Math.max(0, data.begin), last = Math.max(data.end, first + 1);
const busyAll = groups.reduce((sum, g) => sum + g.busy, 0), tasksDone = groups.reduce((sum, g) => sum + g.tasks, 0);

/* ---- colours: by rank of the function's time; those behind the twelfth share one ---- */

const dark = matchMedia("(prefers-color-scheme: dark)");
const PALETTE = {
  light: ["#2f6fd0", "#e07b1a", "#2e9b62", "#c8403f", "#8656c2", "#12959e", "#c24f93", "#8a6d1f", "#5b7fa6", "#7aa21b", "#a65a3a", "#4b4fb3"],
  dark: ["#6ba3ff", "#f5a250", "#5cc98f", "#f27f7c", "#b491ec", "#4fc6d0", "#ea8abf", "#cbb05c", "#94b4d8", "#add653", "#d99472", "#8f95f5"] };
const OTHER = { light: "#9aa3b0", dark: "#717c8c" };
const rank = new Map(order.map((g, i) => [g.index, i]));
function colour(group) {
  const theme = dark.matches ? "dark" : "light", at = group ? rank.get(group.index) : undefined;
  return at !== undefined && at < 12 ? PALETTE[theme][at] : OTHER[theme];
}
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* ---- facts ---- */

function fact(name, value, more) {
  const box = element("div", undefined, $("facts"), "fact");
  element("span", name, box);
  element("b", value, box);
  element("span", more || "\u00a0", box);
}
function facts() {
  $("title").textContent = data.title;
  $("title").title = data.title;
  document.title = (data.title ? data.title.slice(0, 60) + " \u2013 " : "") + "cask profile";
  const wall = last - first, running = data.running || wall;
  fact("Wall time", duration(data.total),
       (data.runs > 1 ? "running " + duration(running) + " in " + count(data.runs) + " runs" : "running " + duration(running)));
  fact("Tasks", count(tasksDone), tasksDone < data.tasks ? "of " + count(data.tasks) + " planned" : tasksDone ? duration(busyAll / tasksDone) + " on average" : "");
  fact("Efficiency", tasksDone ? percent(busyAll / (running * data.threads)) : "\u2013",
       "of " + data.threads + (data.threads === 1 ? " thread" : " threads") + " in tasks");
  fact("Overhead", data.gaps[1] ? duration(data.gaps[0] / data.gaps[1]) : "\u2013", "between two tasks, on average");
  fact("Peak memory", samples.length ? bytes(data.peak.resident) : "\u2013",
       "chunks " + bytes(data.peak.chunks) + (data.limit ? ", limit " + bytes(data.limit) : ""));
  const read = ioShown || (data.toRead && samples.length) ? data.io.read : data.toRead;
  fact("Read", bytes(read), read && running ? bytes(read / (running / 1e9)) + "/s" : data.io.written > 1e6 ? "written " + bytes(data.io.written) : "");
  if (data.error) {
    $("failure").style.display = "block";
    element("b", data.error.class + ": ", $("failure"));
    $("failure").append(data.error.message);
  }
  const notes = [];
  if (data.resolution)
    notes.push("There were too many tasks to draw each: neighbours within " + duration(data.resolution) + " are one rectangle, in the colour of most of them, as strong as the time they fill. Totals and the table are exact.");
  if (data.lost)
    notes.push(count(data.lost) + " tasks could not be recorded for want of memory.");
  if (!samples.length)
    notes.push("No samples of memory and processor were taken.");
  notes.push("Made by cask " + data.cask + ". Bytes are in powers of 1000.");
  $("notes").textContent = notes.join(" ");
}

/* ---- the common time axis ---- */

const LEFT = 84, RIGHT = 14, AXIS = 22;
let view = [first, last], hover = null, pinned = null, chosen = null, selecting = null;
const span = () => view[1] - view[0];
function look(begin, end) {
  const whole = last - first, length = Math.min(whole, Math.max(end - begin, Math.min(whole, 20)));
  begin = Math.min(Math.max(begin, first), last - length);
  view = [begin, begin + length];
  redraw();
}
function zoom(factor, at) {
  look(at - (at - view[0]) * factor, at + (view[1] - at) * factor);
}
function step(range, most) {
  const raw = range / Math.max(1, most), power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map(m => m * power).find(s => s >= raw * 0.999) || 10 * power;
}
/* A tick's time in one unit for the whole axis, with as many digits as its step needs. */
function tickText(ns, size) {
  const [unit, name] = span() < 2e3 ? [1, "ns"] : span() < 2e6 ? [1e3, "\u00b5s"] : span() < 2e9 ? [1e6, "ms"] : [1e9, "s"];
  const digits = Math.max(0, -Math.floor(Math.log10(size / unit) + 1e-9));
  return (ns / unit).toFixed(Math.min(digits, 9)) + " " + name;
}

class Panel {
  constructor(id, height) {
    this.canvas = $(id);
    this.height = height;
    this.pen = this.canvas.getContext("2d");
  }
  begin() {
    const ratio = window.devicePixelRatio || 1, width = this.canvas.clientWidth || 800;
    this.canvas.style.height = this.height + "px";
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, width, this.height);
    this.pen.font = "11px system-ui, sans-serif";
    this.right = width - RIGHT;
    this.plot = Math.max(50, this.right - LEFT);
    this.bottom = this.height - AXIS;
    this.scale = this.plot / span();
  }
  x(time) { return LEFT + (time - view[0]) * this.scale; }
  time(x) { return view[0] + (x - LEFT) / this.scale; }
  /* vertical lines and their times */
  axis() {
    const pen = this.pen, size = step(span(), Math.floor(this.plot / 90));
    pen.strokeStyle = css("--grid");
    pen.fillStyle = css("--muted");
    pen.lineWidth = 1;
    pen.textBaseline = "top";
    for (let t = Math.ceil((view[0] - first) / size) * size; t <= view[1] - first + size * 1e-6; t += size) {
      const x = Math.round(this.x(first + t)) + 0.5;
      if (x < LEFT - 1 || x > this.right + 1) continue;
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x, this.bottom);
      pen.stroke();
      const text = tickText(t, size), wide = pen.measureText(text).width;
      pen.textAlign = x + wide / 2 > this.right + RIGHT ? "right" : "center";
      pen.fillText(text, pen.textAlign === "right" ? this.right + RIGHT : x, this.bottom + 6);
    }
  }
  levels(top, format) {
    const pen = this.pen, size = step(top, Math.max(3, Math.floor(this.bottom / 30)));
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (let value = 0; value <= top * 1.0001; value += size) {
      const y = Math.round(this.y(value, top)) + 0.5;
      pen.strokeStyle = css("--grid");
      pen.beginPath();
      pen.moveTo(LEFT, y);
      pen.lineTo(this.right, y);
      pen.stroke();
      pen.fillStyle = css("--muted");
      pen.fillText(format(value), LEFT - 8, Math.min(Math.max(y, 6), this.bottom - 2));
    }
  }
  y(value, top) { return this.bottom - (value / top) * (this.bottom - 8); }
  /* points [time, value]; steps or straight lines */
  curve(points, top, colour, { filled = false, steps = false } = {}) {
    if (!points.length) return;
    const pen = this.pen;
    pen.save();
    pen.beginPath();
    pen.rect(LEFT, 0, this.plot, this.bottom + 1);
    pen.clip();
    pen.beginPath();
    let low = 0, high = points.length;
    while (high - low > 1) { const mid = (low + high) >> 1; if (points[mid][0] < view[0]) low = mid; else high = mid; }
    let begun = false, lastY = 0, x = 0;
    for (let i = low; i < points.length; i++) {
      x = this.x(points[i][0]);
      const y = this.y(points[i][1], top);
      if (!begun) pen.moveTo(x, y);
      else if (steps) { pen.lineTo(x, lastY); pen.lineTo(x, y); }
      else pen.lineTo(x, y);
      begun = true;
      lastY = y;
      if (points[i][0] > view[1]) break;
    }
    pen.strokeStyle = colour;
    pen.lineWidth = 1.6;
    pen.lineJoin = "round";
    pen.stroke();
    if (filled) {
      pen.lineTo(x, this.bottom);
      pen.lineTo(this.x(points[low][0]), this.bottom);
      pen.globalAlpha = 0.14;
      pen.fillStyle = colour;
      pen.fill();
    }
    pen.restore();
  }
  dashed(value, top, colour) {
    const pen = this.pen, y = Math.round(this.y(value, top)) + 0.5;
    pen.save();
    pen.setLineDash([6, 4]);
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.moveTo(LEFT, y);
    pen.lineTo(this.right, y);
    pen.stroke();
    pen.restore();
  }
  marks() {
    const pen = this.pen;
    if (selecting && selecting.kind === "zoom") {
      const a = this.x(selecting.from), b = this.x(selecting.to);
      pen.fillStyle = css("--accent");
      pen.globalAlpha = 0.16;
      pen.fillRect(Math.max(LEFT, Math.min(a, b)), 0, Math.abs(b - a), this.bottom);
      pen.globalAlpha = 1;
    }
    if (hover !== null && hover >= view[0] && hover <= view[1]) {
      const x = Math.round(this.x(hover)) + 0.5;
      pen.strokeStyle = css("--muted");
      pen.globalAlpha = 0.7;
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x, this.bottom);
      pen.stroke();
      pen.globalAlpha = 1;
    }
  }
}

/* ---- the task stream ---- */

const rowHeight = lanes.length <= 8 ? 30 : lanes.length <= 20 ? 22 : lanes.length <= 64 ? 13 : 6;
const stream = new Panel("stream", Math.max(1, lanes.length) * rowHeight + AXIS + 4);

function firstVisible(lane) {
  let low = 0, high = lane.n;
  while (low < high) { const mid = (low + high) >> 1; if (lane.ends[mid] < view[0]) low = mid + 1; else high = mid; }
  return low;
}
function drawLane(lane, y, height) {
  const pen = stream.pen, s = lane.spans;
  let column = -1, covered = 0, best = 0, paint = null;
  const flush = () => {
    if (covered > 0 && paint) {
      pen.globalAlpha = Math.min(1, Math.max(0.25, covered)) * paint.strength;
      pen.fillStyle = paint.colour;
      pen.fillRect(column, y, 1, height);
    }
    covered = best = 0;
    paint = null;
  };
  for (let i = firstVisible(lane); i < lane.n && lane.begins[i] <= view[1]; i++) {
    const at = WIDTH * i, x = stream.x(lane.begins[i]), wide = stream.x(lane.ends[i]) - x;
    const failed = s[at + 7] > 0, group = groupOf(s[at + 2]), fill = s[at + 3] === 1 ? 1 : s[at + 4] / Math.max(1, s[at + 1]);
    const strength = chosen === null || (group && group.index === chosen) ? 1 : 0.12;
    const ink = failed ? css("--bad") : colours[s[at + 2]] || colour(undefined);
    if (wide < 1 && !failed) { /* narrower than a pixel: what a column holds is added up */
      const here = Math.floor(Math.max(x, LEFT));
      if (here !== column) { flush(); column = here; }
      covered += wide * fill;
      if (wide * strength >= best) { best = wide * strength; paint = { colour: ink, strength }; }
      continue;
    }
    flush();
    const from = Math.max(x, LEFT), to = Math.min(x + Math.max(wide, failed ? 2 : 1), stream.right);
    if (to <= LEFT || from >= stream.right) continue;
    pen.globalAlpha = strength * (0.25 + 0.75 * fill);
    pen.fillStyle = ink;
    const gap = wide > 4 ? 1 : 0; /* so that equal neighbours can be told apart */
    pen.fillRect(from, y, Math.max(1, to - from - gap), height);
    if (height >= 16 && to - from > 46 && strength === 1 && s[at + 3] === 1 && group) {
      pen.globalAlpha = 1;
      pen.fillStyle = dark.matches ? "#10151c" : "#ffffff";
      pen.textAlign = "left";
      pen.textBaseline = "middle";
      let text = group.name;
      const room = to - from - 10;
      if (pen.measureText(text).width > room) {
        const keep = Math.floor(text.length * room / pen.measureText(text).width) - 1;
        text = keep > 2 ? text.slice(0, keep) + "\u2026" : "";
      }
      pen.fillText(text, from + 5, y + height / 2);
    }
  }
  flush();
  pen.globalAlpha = 1;
}
let colours = [];
function drawStream() {
  stream.begin();
  const pen = stream.pen, names = rowHeight >= 12 ? 1 : Math.ceil(12 / rowHeight);
  colours = labels.map(l => colour(groups[l[1]]));
  lanes.forEach((lane, i) => {
    if (i % 2 === 0) {
      pen.fillStyle = css("--row");
      pen.fillRect(LEFT, i * rowHeight, stream.plot, rowHeight);
    }
  });
  stream.axis();
  lanes.forEach((lane, i) => {
    const pad = rowHeight >= 12 ? 2 : 0.5;
    drawLane(lane, i * rowHeight + pad, rowHeight - 2 * pad);
    if (i % names === 0) {
      pen.fillStyle = css("--muted");
      pen.textAlign = "right";
      pen.textBaseline = "middle";
      pen.fillText(lane.name.length > 13 ? lane.name.slice(7) : lane.name, LEFT - 8, i * rowHeight + rowHeight / 2);
    }
  });
  if (!lanes.length) {
    pen.fillStyle = css("--muted");
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText("no task was run", LEFT + stream.plot / 2, rowHeight / 2);
  }
  if (pinned) {
    const row = lanes.indexOf(pinned.lane), x = stream.x(pinned.begin);
    pen.strokeStyle = css("--text");
    pen.lineWidth = 2;
    pen.strokeRect(x - 1, row * rowHeight + 1, Math.max(2, stream.x(pinned.end) - x) + 2, rowHeight - 2);
    pen.lineWidth = 1;
  }
  stream.marks();
}
/* The span at a place; near misses of what is too narrow to hit count. */
function hit(x, y) {
  const lane = lanes[Math.floor(y / rowHeight)];
  if (!lane || x < LEFT || x > stream.right) return null;
  const slack = 2 / stream.scale, time = stream.time(x);
  let low = 0, high = lane.n;
  while (low < high) { const mid = (low + high) >> 1; if (lane.ends[mid] < time) low = mid + 1; else high = mid; }
  let found = -1, distance = slack;
  for (const i of [low - 1, low]) {
    if (i < 0 || i >= lane.n) continue;
    const off = Math.max(lane.begins[i] - time, time - lane.ends[i], 0);
    if (off <= distance) { found = i; distance = off; }
  }
  return found < 0 ? null : spanAt(lane, found);
}
function describe(s, box) {
  box.textContent = "";
  const group = groupOf(s.label), name = labels[s.label] ? labels[s.label][0] : "?";
  const line = text => box.append(element("br"), text);
  if (s.tasks === 1) {
    element("b", keyOf(s.label, s.block), box);
    if (group) line(group.func);
    if (s.failed) line("failed");
    line(s.lane.name + ", from " + duration(s.begin - first) + " on, for " + duration(s.length));
    if (s.bytes) line("result " + bytes(s.bytes) + (s.released > s.end ? ", kept for " + duration(s.released - s.end) : ""));
  } else {
    element("b", count(s.tasks) + " tasks, most time in " + (group ? group.name : name), box);
    line(s.lane.name + ", from " + duration(s.begin - first) + " on, for " + duration(s.length) + ", " + percent(s.busy / Math.max(1, s.length)) + " of it in tasks");
    if (s.bytes) line("results " + bytes(s.bytes));
    if (s.failed) line(count(s.failed) + " failed");
  }
}

/* ---- memory, processor, reading and writing ---- */

const memory = new Panel("memory", 170), cpu = new Panel("cpu", 120), io = new Panel("io", 120);
const kept = [];
for (let i = 0; i + 1 < data.results.length; i += 2) kept.push([data.results[i], data.results[i + 1]]);
const series = key => samples.map(s => [s.t, s[key]]);
/* A rate stands at the later of two samples, which are far enough apart: the system counts in steps. */
function rates(key, factor) {
  const out = [], least = Math.max(20e6, (last - first) / 200);
  for (let i = 1, from = 0; i < samples.length; i++) {
    const time = samples[i].t - samples[from].t;
    if (time <= 0 || (time < least && (out.length || i < samples.length - 1))) continue;
    out.push([samples[i].t, Math.max(0, factor * (samples[i][key] - samples[from][key]) / time)]);
    from = i;
  }
  if (out.length) out.unshift([samples[0].t, out[0][1]]);
  return out;
}
const curves = {
  resident: series("resident"), live: series("live"), away: series("away"), cpu: rates("cpu", 100),
  read: rates("read", 1e9), written: rates("written", 1e9) };
const highest = (points, least) => points.reduce((most, p) => Math.max(most, p[1]), least);
const awayMost = highest(curves.away, 0);
const memoryTop = highest(curves.resident, highest(curves.live, highest(kept, Math.max(awayMost, 1000))));
const limitShown = data.limit > 0 && data.limit < 4 * memoryTop;
const memoryMost = 1.08 * Math.max(memoryTop, limitShown ? data.limit : 0);
const cpuMost = 1.05 * Math.max(100 * data.threads, highest(curves.cpu, 100));
const ioMost = 1.08 * Math.max(highest(curves.read, 0), highest(curves.written, 0));
/* Reading of less than this is the measuring itself. */
const ioShown = Math.max(data.io.read, data.io.written) > 4e6;

function key(box, colour, text) {
  const made = element("span", undefined, $(box));
  element("i", undefined, made).style.background = "var(" + colour + ")";
  made.append(text);
}
function keys() {
  if (samples.length) {
    key("memory-keys", "--resident", "resident");
    key("memory-keys", "--chunks", "chunks alive");
    if (awayMost) key("memory-keys", "--away", "results on disk");
  }
  if (kept.length) key("memory-keys", "--results", "results kept for later tasks");
  if (limitShown) key("memory-keys", "--bad", "limit " + bytes(data.limit));
  key("cpu-keys", "--cpu", "100 % is one processor; the dashed line is all " + data.threads + (data.threads === 1 ? " thread" : " threads"));
  key("io-keys", "--read", "read, bytes a second");
  key("io-keys", "--written", "written");
  $("memory-card").style.display = samples.length || kept.length ? "" : "none";
  $("cpu-card").style.display = curves.cpu.length ? "" : "none";
  $("io-card").style.display = ioShown && curves.read.length ? "" : "none";
}
function drawMemory() {
  memory.begin();
  memory.levels(memoryMost, level);
  memory.axis();
  memory.curve(curves.resident, memoryMost, css("--resident"), { filled: true });
  memory.curve(curves.live, memoryMost, css("--chunks"), { filled: true });
  if (awayMost) memory.curve(curves.away, memoryMost, css("--away"));
  memory.curve(kept, memoryMost, css("--results"), { steps: true });
  if (limitShown) memory.dashed(data.limit, memoryMost, css("--bad"));
  memory.marks();
}
function drawCpu() {
  cpu.begin();
  cpu.levels(cpuMost, v => Math.round(v) + " %");
  cpu.axis();
  cpu.curve(curves.cpu, cpuMost, css("--cpu"), { filled: true });
  cpu.dashed(100 * data.threads, cpuMost, css("--muted"));
  cpu.marks();
}
function drawIo() {
  io.begin();
  io.levels(ioMost, level);
  io.axis();
  io.curve(curves.read, ioMost, css("--read"), { filled: true });
  io.curve(curves.written, ioMost, css("--written"), { filled: true });
  io.marks();
}
function valueAt(points, time, steps) {
  let low = 0, high = points.length;
  while (low < high) { const mid = (low + high) >> 1; if (points[mid][0] <= time) low = mid + 1; else high = mid; }
  const before = points[low - 1], after = points[low];
  if (!before || (!after && !steps)) return before ? before[1] : after ? after[1] : 0;
  return steps || !after ? before[1] : before[1] + (after[1] - before[1]) * (time - before[0]) / (after[0] - before[0]);
}

let pending = false;
function redraw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => { pending = false; draw(); });
}
function draw() {
  drawStream();
  if ($("memory-card").style.display !== "none") drawMemory();
  if ($("cpu-card").style.display !== "none") drawCpu();
  if ($("io-card").style.display !== "none") drawIo();
}

/* ---- legend and table ---- */

function choose(index) {
  chosen = chosen === index ? null : index;
  for (const button of $("legend").children) button.setAttribute("aria-pressed", String(Number(button.dataset.index) === chosen));
  redraw();
}
function legend() {
  $("legend").textContent = "";
  for (const group of order.slice(0, 12)) {
    const button = element("button", undefined, $("legend"));
    button.dataset.index = group.index;
    button.setAttribute("aria-pressed", "false");
    button.title = group.name + ": " + count(group.tasks) + " tasks, " + duration(group.busy);
    element("i", undefined, button, "swatch").style.background = colour(group);
    element("span", group.name, button);
    button.onclick = () => choose(group.index);
  }
  if (order.length > 12) {
    const rest = element("span", undefined, $("legend"), "note");
    element("i", undefined, rest, "swatch").style.background = colour(undefined);
    rest.append(" " + count(order.length - 12) + " more, see the table");
  }
}
const COLUMNS = [
  ["Name", g => g.name, g => g.name], ["Function", g => g.func, g => g.func], ["Tasks", g => g.tasks, g => count(g.tasks)],
  ["Total time", g => g.busy, g => duration(g.busy)], ["Share", g => g.busy, null],
  ["Mean", g => g.busy / g.tasks, g => duration(g.busy / g.tasks)], ["Longest", g => g.longest, g => duration(g.longest)],
  ["Results", g => g.bytes, g => bytes(g.bytes)]];
let sorted = [3, -1];
function table() {
  $("heads").textContent = $("rows").textContent = "";
  COLUMNS.forEach(([name], i) => {
    const head = element("th", name, $("heads"));
    head.tabIndex = 0;
    if (i === sorted[0]) head.setAttribute("aria-sort", sorted[1] < 0 ? "descending" : "ascending");
    head.onclick = () => { sorted = [i, i === sorted[0] ? -sorted[1] : i < 2 ? 1 : -1]; table(); };
    head.onkeydown = event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); head.onclick(); } };
  });
  const value = COLUMNS[sorted[0]][1];
  const rows = [...order].sort((a, b) => sorted[1] * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
  for (const group of rows) {
    const row = element("tr", undefined, $("rows"));
    COLUMNS.forEach(([, , text], i) => {
      const cell = element("td", undefined, row);
      if (i === 0) element("i", undefined, cell, "swatch").style.background = colour(group);
      if (text) {
        cell.append(text(group));
        if (i < 2) cell.title = text(group);
        if (i === 2 && group.failed) element("span", " (" + count(group.failed) + " failed)", cell, "failed");
      } else {
        const share = busyAll ? group.busy / busyAll : 0, bar = element("span", undefined, cell, "share"), fill = element("i", undefined, bar);
        cell.prepend(percent(share));
        fill.style.width = 100 * share + "%";
        fill.style.background = colour(group);
      }
    });
  }
}

/* ---- pointer and keys ---- */

const DETAIL = "Click a task for its details; click a name above to see where its tasks are.";
$("detail").textContent = DETAIL;

function showTip(event, fill) {
  const tip = $("tip");
  fill(tip);
  tip.style.display = "block";
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8)) + "px";
  tip.style.top = (event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 10 : event.clientY + 18) + "px";
}
function watch(panel, tell) {
  const canvas = panel.canvas;
  const place = event => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  canvas.onpointerdown = event => {
    if (event.button > 1) return;
    const time = panel.time(place(event)[0]);
    selecting = { kind: event.shiftKey || event.button === 1 ? "move" : "zoom", from: time, to: time, x: event.clientX, view: [...view] };
    canvas.setPointerCapture(event.pointerId);
    if (event.button === 1) event.preventDefault();
  };
  canvas.onpointermove = event => {
    const [x, y] = place(event);
    hover = panel.time(x);
    if (selecting && selecting.kind === "move") {
      const shift = (selecting.x - event.clientX) / panel.scale;
      look(selecting.view[0] + shift, selecting.view[1] + shift);
    } else if (selecting) {
      selecting.to = Math.min(Math.max(hover, view[0]), view[1]);
    }
    if (x >= LEFT && x <= panel.right) showTip(event, box => tell(box, x, y)); else $("tip").style.display = "none";
    redraw();
  };
  canvas.onpointerup = event => {
    const done = selecting;
    selecting = null;
    if (done && done.kind === "zoom" && Math.abs(event.clientX - done.x) > 4)
      look(Math.min(done.from, done.to), Math.max(done.from, done.to));
    else if (done && panel === stream) {
      pinned = hit(...place(event));
      if (pinned) describe(pinned, $("detail")); else $("detail").textContent = DETAIL;
      redraw();
    }
  };
  canvas.onpointercancel = () => { selecting = null; redraw(); };
  canvas.onpointerleave = () => { hover = null; $("tip").style.display = "none"; redraw(); };
  canvas.ondblclick = () => look(first, last);
  canvas.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(event.deltaY / 300), panel.time(place(event)[0]));
  }, { passive: false });
}
const atTime = x => duration(x - first);
watch(stream, (box, x, y) => {
  const found = hit(x, y);
  if (found) describe(found, box); else box.textContent = "at " + atTime(stream.time(x));
});
watch(memory, (box, x) => {
  const t = memory.time(x), parts = ["at " + atTime(t)];
  if (samples.length) parts.push("resident " + bytes(valueAt(curves.resident, t)), "chunks alive " + bytes(valueAt(curves.live, t)));
  if (awayMost) parts.push("on disk " + bytes(valueAt(curves.away, t)));
  if (kept.length) parts.push("results kept " + bytes(valueAt(kept, t, true)));
  box.textContent = parts.join(", ");
});
watch(cpu, (box, x) => { box.textContent = "at " + atTime(cpu.time(x)) + ", " + Math.round(valueAt(curves.cpu, cpu.time(x))) + " %"; });
watch(io, (box, x) => {
  const t = io.time(x);
  box.textContent = "at " + atTime(t) + ", read " + bytes(valueAt(curves.read, t)) + "/s, written " + bytes(valueAt(curves.written, t)) + "/s";
});
const middle = () => (view[0] + view[1]) / 2;
$("in").onclick = () => zoom(0.5, middle());
$("out").onclick = () => zoom(2, middle());
$("all").onclick = () => look(first, last);
addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = { "+": () => zoom(0.5, middle()), "=": () => zoom(0.5, middle()), "-": () => zoom(2, middle()), "0": () => look(first, last),
                "Escape": () => look(first, last), "ArrowLeft": () => look(view[0] - span() / 5, view[1] - span() / 5),
                "ArrowRight": () => look(view[0] + span() / 5, view[1] + span() / 5) }[event.key];
  if (act) { act(); event.preventDefault(); }
});
addEventListener("resize", redraw);
dark.addEventListener("change", () => { legend(); table(); redraw(); });

facts();
keys();
legend();
table();
draw();

/* ---- what a test can read: how much is shown, and whether a task is found where it is drawn ---- */

function check() {
  const found = lanes.every((lane, row) => {
    if (!lane.n) return true;
    let widest = 0;
    for (let i = 1; i < lane.n; i++) if (lane.ends[i] - lane.begins[i] > lane.ends[widest] - lane.begins[widest]) widest = i;
    const seen = hit((stream.x(lane.begins[widest]) + stream.x(lane.ends[widest])) / 2, (row + 0.5) * rowHeight);
    return seen !== null && seen.i === widest;
  });
  const told = document.documentElement.dataset;
  told.tasks = tasksDone;
  told.spans = spanCount;
  told.shown = lanes.reduce((sum, lane) => { let n = 0; for (let i = 0; i < lane.n; i++) n += lane.spans[WIDTH * i + 3]; return sum + n; }, 0);
  told.lanes = lanes.length;
  told.samples = samples.length;
  told.rows = $("rows").children.length;
  told.hit = found ? "yes" : "no";
  told.ready = "yes";
}
check();
