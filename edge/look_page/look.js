// The page of `wardsense edge look`: the newest redacted picture, what is seen in it, and what can be drawn and set.
// Corners are moved by mouse, finger or arrow keys; geometry is in shares of the picture, as in the node's file.
import { begun, figuresOf, kindOf, ruleBox, setting, tellStanding } from "./rules.js";
import { choose, happenedWords, kindWords, made, spoken, word } from "./words.js";

const EVERY_MS = 400, STEP = 0.005, LONG_STEP = 0.05, WIDE = 1000, ZONE_LEAST = 3, SIGNS = 4, LETTER = 7;
const PAINT = { mask: { fill: "url(#hatch)" }, way: { "marker-end": "url(#head)" } };
const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
let camera = "", state = {}, places = { zones: [], lines: [], masks: [], watch: [] }, sha256 = "", shown = -1;
let kept = new Map();  // of every rule as it stands in the file: where, and its text

function speak(chosen) {
  choose(chosen);
  document.documentElement.lang = spoken();
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  at("language").textContent = word("other");
  at("language").lang = spoken() === "vi" ? "en" : "vi";
  const chosenKind = at("kind").value;
  at("kind").replaceChildren(...setting().map((kind) => made("option", { value: kind }, kindWords(kind)[0])));
  if (chosenKind) at("kind").value = chosenKind;
  at("overlay").setAttribute("aria-label", word("overlay"));
  at("picture").alt = word("picture");
  say("");
  list();
  draw();
  tell();
}
function say(text, mistakes = [], wrong = false) {
  const box = at("said");
  box.className = wrong ? "wrong" : "";
  box.replaceChildren(text);
  if (mistakes.length) box.append(made("ul", {}, ...mistakes.map((one) => made("li", {}, one))));
}
function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  return node;
}
const ask = async (what) => {
  const answer = await fetch(`${what}?camera=${encodeURIComponent(camera)}`);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
};

const high = () => WIDE / (state.aspect ?? 16 / 9);
const points = (place) => place.polygon ?? [place.a, place.b];
// A finger wants a corner as large on a telephone as on a wide screen: sizes are told in its own pixels.
const pixels = (wanted) => (wanted * WIDE) / (at("overlay").clientWidth || WIDE);
const FINGER = matchMedia("(pointer: coarse)").matches ? 1.5 : 1;
const round = (part) => Number(Math.min(Math.max(part, 0), 1).toFixed(SIGNS));
function put(place, index, x, y) {
  const point = [round(x), round(y)];
  if (place.polygon) place.polygon[index] = point;
  else place[index ? "b" : "a"] = point;
}
const ways = () => places.watch.filter((rule) => kindOf(rule) === "wrong_way" && figuresOf(rule).a && figuresOf(rule).b);
const listed = () => [
  ...places.zones.map((place) => ({ kind: "zone", part: "zones", name: place.id, place })),
  ...places.lines.map((place) => ({ kind: "line", part: "lines", name: place.id, place })),
  ...places.masks.map((place, index) => ({ kind: "mask", part: "masks", name: String(index + 1), place })),
];
const all = () => [...listed(), ...ways().map((rule) => ({ kind: "way", name: figuresOf(rule).zone, place: figuresOf(rule) }))];

function draw() {
  const overlay = at("overlay"), height = high();
  const focused = document.activeElement?.dataset?.key;
  overlay.setAttribute("viewBox", `0 0 ${WIDE} ${height}`);
  const drawn = [], handles = [];
  for (const { kind, name, place } of all()) {
    const flat = points(place).map(([x, y]) => `${x * WIDE},${y * height}`).join(" ");
    drawn.push(shape(place.polygon ? "polygon" : "polyline", { points: flat, class: kind, ...PAINT[kind] }));
    const [x, y] = points(place)[0], written = kind === "mask" ? `${word("mask")} ${name}` : name;
    if (kind !== "way") drawn.push(shape("text", { x: x * WIDE + pixels(14), y: Math.max(y * height - pixels(8), pixels(16)), class: "name" }, written));
    points(place).forEach((_, index) => handles.push(...corner(kind, name, place, index)));
  }
  overlay.style.fontSize = `${pixels(13)}px`;
  at("drawings").replaceChildren(...drawn);
  at("corners").replaceChildren(...handles);
  if (focused) overlay.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}
// What is seen is drawn beside the corners and not with them: a corner must stay the same one while it is clicked.
function seen() {
  const height = high(), drawn = [], named = [];
  const surest = (boxes) => (boxes ?? []).toSorted((one, other) => other.score - one.score);
  for (const [kind, boxes] of [["track", surest(state.tracks)], ["unsure", surest(state.unsure)]])
    for (const { box: [x0, y0, x1, y1], score, label, track } of boxes) {
      drawn.push(shape("rect", { x: x0 * WIDE, y: y0 * height, width: (x1 - x0) * WIDE, height: (y1 - y0) * height, class: kind }));
      const name = kind === "track" ? `${label} ${track} · ${score.toFixed(2)}` : `${label}? ${score.toFixed(2)}`;
      const x = x0 * WIDE, y = Math.max(y0 * height - pixels(5), pixels(15)), wide = pixels(LETTER * name.length);
      // Of names that lie on each other nobody reads one: the surer one is written.
      if (named.some((one) => Math.abs(one.y - y) < pixels(LETTER * 2) && x < one.x + one.wide && one.x < x + wide)) continue;
      named.push({ x, y, wide });
      drawn.push(shape("text", { x, y, class: "name" }, name));
    }
  at("objects").replaceChildren(...drawn);
}
function corner(kind, called, place, index) {
  const height = high(), [x, y] = points(place)[index], number = index + 1, key = `${kind}/${called}/${index}`;
  const name = `${word(kind)} ${called}, ${word("corner")} ${number}`;
  const dot = shape("circle", { cx: x * WIDE, cy: y * height, r: pixels(11 * FINGER), class: "corner", tabindex: 0, role: "button", "aria-label": name });
  dot.dataset.key = key;
  dot.addEventListener("pointerdown", (event) => drag(event, place, index));
  dot.addEventListener("keydown", (event) => steer(event, place, index));
  if (!place.polygon) return [dot];
  const [nextX, nextY] = place.polygon[number % place.polygon.length];
  const label = `${word(kind)} ${called}: ${word("between")} ${number}`;
  const half = shape("circle", { cx: ((x + nextX) / 2) * WIDE, cy: ((y + nextY) / 2) * height, r: pixels(7 * FINGER), class: "between", tabindex: 0, role: "button", "aria-label": label });
  half.dataset.key = `${key}/between`;
  const insert = () => { place.polygon.splice(number, 0, [round((x + nextX) / 2), round((y + nextY) / 2)]); draw(); };
  half.addEventListener("click", insert);
  half.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); insert(); } });
  return [dot, half];
}
let dragging = null;
function drag(event, place, index) {
  event.preventDefault();
  event.target.focus();
  dragging = { place, index, pointer: event.pointerId };
}
addEventListener("pointermove", (event) => {
  if (!dragging || event.pointerId !== dragging.pointer) return;
  const box = at("overlay").getBoundingClientRect();
  put(dragging.place, dragging.index, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  draw();
});
addEventListener("resize", () => { draw(); seen(); });
for (const over of ["pointerup", "pointercancel"]) addEventListener(over, () => { dragging = null; });
function steer(event, place, index) {
  const [x, y] = points(place)[index], step = event.shiftKey ? LONG_STEP : STEP;
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (ways[event.key]) put(place, index, x + ways[event.key][0] * step, y + ways[event.key][1] * step);
  else if (event.key === "Delete" && (place.polygon?.length ?? 0) > ZONE_LEAST) place.polygon.splice(index, 1);
  else return;
  event.preventDefault();
  draw();
}

const FIELDS = { zone: ["id"], line: ["id", "rightward", "leftward"], mask: [] };
function list() {
  at("list").replaceChildren(...listed().map(({ kind, part, name, place }) => {
    const fields = made("div", { class: "fields" });
    for (const key of FIELDS[kind]) {
      const input = made("input", { value: place[key] ?? "", autocomplete: "off", spellcheck: "false" });
      if (kind === "zone" && key === "id") follow(input, place);
      input.addEventListener("input", () => { place[key] = input.value; if (!input.value && key !== "id") delete place[key]; draw(); });
      fields.append(made("label", {}, word(key === "id" ? "name" : key), input));
    }
    const remove = made("button", { type: "button", "aria-label": `${word("remove")}: ${word(kind)} ${name}` }, word("remove"));
    remove.addEventListener("click", () => { places[part].splice(places[part].indexOf(place), 1); list(); draw(); });
    fields.append(remove);
    return made("fieldset", {}, made("legend", {}, kind === "mask" ? `${word(kind)} ${name}` : word(kind)), fields);
  }));
  rules();
}
// The rules over a zone go along when it is given another name.
function follow(input, zone) {
  let over = [];
  input.addEventListener("focus", () => { over = places.watch.map(figuresOf).filter((own) => own.zone === zone.id); });
  input.addEventListener("input", () => { for (const own of over) own.zone = input.value; });
  input.addEventListener("change", rules);
}
function rules() {
  const zones = places.zones.map((zone) => zone.id);
  at("zone-first").hidden = zones.length > 0;
  at("add-rule").disabled = !zones.length;
  at("rules").replaceChildren(...places.watch.map((rule, index) => ruleBox(rule, zones, {
    changed: () => { draw(); tell(); },
    removed: () => { places.watch.splice(index, 1); list(); draw(); },
    relearn: () => relearn(rule),
  })));
  tell();
}
// What the program says of a rule, where it is the rule that the page shows.
function now(rule) {
  const was = kept.get(rule), said = was?.text === JSON.stringify(rule) ? state.rules?.[was.index] : undefined;
  return said?.kind === kindOf(rule) && said.zone === figuresOf(rule).zone ? said : undefined;
}
const keep = () => { kept = new Map(places.watch.map((rule, index) => [rule, { index, text: JSON.stringify(rule) }])); };
async function relearn(rule) {
  const answer = await send("relearn.json", { rule: now(rule)?.id });
  if (!answer) return;
  const said = await answer.json();
  if (answer.ok) say(word(said.stored ? "relearnt" : "nodeRuns"));
  else say(word("refused"), said.mistakes, true);
}
function free(stem) {
  const taken = new Set(listed().map(({ name }) => name));
  let number = 1;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}
at("add-zone").addEventListener("click", () => {
  places.zones.push({ id: free("zone"), polygon: [[0.35, 0.35], [0.65, 0.35], [0.65, 0.65], [0.35, 0.65]] });
  list();
  draw();
});
at("add-line").addEventListener("click", () => {
  places.lines.push({ id: free("line"), a: [0.3, 0.5], b: [0.7, 0.5] });
  list();
  draw();
});
at("add-mask").addEventListener("click", () => {
  places.masks.push({ polygon: [[0.05, 0.05], [0.25, 0.05], [0.25, 0.25], [0.05, 0.25]] });
  list();
  draw();
});
at("add-rule").addEventListener("click", () => {
  places.watch.push(begun(at("kind").value, places.zones[0]));
  list();
  draw();
  at("rules").lastElementChild.querySelector("select").focus();
});
async function send(what, said) {
  const body = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) };
  const answer = await fetch(`${what}?camera=${encodeURIComponent(camera)}`, body).catch(() => null);
  if (!answer) say(word("away"), [], true);
  return answer;
}
at("save").addEventListener("click", async () => {
  const answer = await send("places.json", { sha256, ...places });
  if (!answer) return;
  const said = await answer.json();
  if (answer.ok) {
    sha256 = said.sha256;
    keep();
    say(word("saved"));
  } else if (answer.status === 409) say(word("conflict"), [], true);
  else say(word("refused"), said.mistakes, true);
});
at("reload").addEventListener("click", read);
at("language").addEventListener("click", () => speak(spoken() === "vi" ? "en" : "vi"));
at("camera").addEventListener("change", () => { camera = at("camera").value; state = {}; shown = -1; read(); });

async function read() {
  say("");
  const answer = await fetch(`places.json?camera=${encodeURIComponent(camera)}`).catch(() => null);
  const told = answer && await answer.json().catch(() => ({}));
  if (answer?.ok) ({ sha256, ...places } = told);
  else if (told?.mistakes) say(word("unread"), told.mistakes, true);
  else say(word("away"), [], true);
  keep();
  list();
  draw();
}
function tell() {
  const sight = state.unfit ? `${word("unfit")} (${state.unfit})` : state.sight === "live" ? word("live") : `${word("blind")} (${state.sight ?? "…"})`;
  const parts = [sight, `${state.looks ?? 0} ${word("looks")}, ${state.spared ?? 0} ${word("spared")}`];
  if (state.spared_now) parts.push(word("still"));
  if (state.no_picture) parts.push(`${word("noPicture")} ${state.no_picture}`);
  const text = parts.join(" · ");
  if (at("state").textContent !== text) at("state").textContent = text;
  places.watch.forEach((rule, index) => {
    const box = at("rules").children[index];
    if (box) tellStanding(box, rule, now(rule), state.clean ?? []);
  });
  at("events").replaceChildren(...(state.events ?? []).map((one) => made("li", {}, `${one.at.toFixed(1)} s · ${happenedWords(one)}`)));
}
async function watch() {
  try {
    const asked = camera, told = await ask("state.json");
    if (asked === camera) {
      const turned = told.aspect !== state.aspect;
      state = told;
      if (state.number !== shown && !state.no_picture && state.number) {
        shown = state.number;
        at("picture").src = `picture.jpg?camera=${encodeURIComponent(camera)}&n=${shown}`;
        at("picture").hidden = false;
      }
      if (turned) draw();
      seen();
      tell();
    }
  } catch { at("state").textContent = word("away"); }
  setTimeout(watch, EVERY_MS);
}
async function begin() {
  const names = await (await fetch("cameras.json")).json();
  at("camera").append(...names.map((name) => made("option", { value: name }, name)));
  [camera] = names;
  speak(spoken());
  await read();
  watch();
}
begin();
