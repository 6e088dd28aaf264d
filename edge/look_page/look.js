// The page of `wardsense edge look`: the newest redacted picture, what is seen in it, and places that can be drawn.
// Corners are moved by mouse, finger or arrow keys; geometry is in shares of the picture, as in the node's file.
const WORDS = {
  vi: {
    camera: "Camera", seen: "Camera đang thấy", drawn: "Vùng và vạch", events: "Vừa xảy ra",
    hint: "Kéo các góc, hoặc chọn một góc rồi dùng phím mũi tên (Shift: bước dài, Delete: xóa góc). Chấm nhỏ giữa hai góc thêm một góc.",
    addZone: "Thêm vùng", addLine: "Thêm vạch", save: "Lưu vào tệp", reload: "Bỏ thay đổi", remove: "Xóa", name: "Mã",
    zone: "Vùng", line: "Vạch", rightward: "Sang phải gọi là", leftward: "Sang trái gọi là", corner: "góc", between: "thêm góc sau góc",
    saved: "Đã lưu. Khởi động lại nút để áp dụng.", conflict: "Tệp đã bị người khác sửa. Bỏ thay đổi và vẽ lại.",
    refused: "Chưa lưu được:", away: "Mất liên lạc với chương trình.", live: "đang có hình", blind: "không có hình", unfit: "hình không dùng được",
    looks: "lần xem", spared: "lần không cần xem", still: "hình đứng yên, không chạy máy dò", noPicture: "Không thể hiện hình:", other: "English", overlay: "Vùng, vạch và đối tượng trên hình", picture: "Hình từ camera",
  },
  en: {
    camera: "Camera", seen: "What the camera sees", drawn: "Zones and lines", events: "Just happened",
    hint: "Drag the corners, or choose one and use the arrow keys (Shift: long steps, Delete: remove it). A small dot between two corners adds one.",
    addZone: "Add a zone", addLine: "Add a line", save: "Save to the file", reload: "Drop the changes", remove: "Remove", name: "Id",
    zone: "Zone", line: "Line", rightward: "To the right is called", leftward: "To the left is called", corner: "corner", between: "add a corner after corner",
    saved: "Saved. Restart the node to apply it.", conflict: "Somebody else changed the file. Drop the changes and draw again.",
    refused: "Not saved:", away: "The program does not answer.", live: "picture is live", blind: "no picture", unfit: "picture is unfit",
    looks: "looks", spared: "looks spared", still: "nothing moves, no detector was run", noPicture: "No picture can be shown:", other: "Tiếng Việt", overlay: "Zones, lines and objects on the picture", picture: "Picture of the camera",
  },
};
const EVERY_MS = 400, STEP = 0.005, LONG_STEP = 0.05, WIDE = 1000, ZONE_LEAST = 3, SIGNS = 4;
const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
let language = remembered(), camera = "", state = {}, places = { zones: [], lines: [] }, sha256 = "", shown = -1;
const word = (key) => WORDS[language][key] ?? key;

function remembered() {
  try { return localStorage.getItem("wardsense.language") === "en" ? "en" : "vi"; } catch { return "vi"; }
}
function speak(chosen) {
  language = chosen;
  try { localStorage.setItem("wardsense.language", chosen); } catch { /* a browser that keeps nothing */ }
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  at("language").textContent = word("other");
  at("language").lang = language === "vi" ? "en" : "vi";
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
function made(name, attributes, ...inside) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inside);
  return node;
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
const all = () => [...places.zones.map((place) => ["zone", place]), ...places.lines.map((place) => ["line", place])];

function draw() {
  const overlay = at("overlay"), height = high();
  const focused = document.activeElement?.dataset?.key;
  overlay.setAttribute("viewBox", `0 0 ${WIDE} ${height}`);
  const drawn = [], handles = [];
  for (const [kind, place] of all()) {
    const flat = points(place).map(([x, y]) => `${x * WIDE},${y * height}`).join(" ");
    drawn.push(shape(kind === "zone" ? "polygon" : "polyline", { points: flat, class: kind }));
    const [x, y] = points(place)[0];
    drawn.push(shape("text", { x: x * WIDE + pixels(14), y: Math.max(y * height - pixels(8), pixels(16)), class: "name" }, place.id));
    points(place).forEach((_, index) => handles.push(...corner(kind, place, index)));
  }
  overlay.style.fontSize = `${pixels(13)}px`;
  at("drawings").replaceChildren(...drawn);
  at("corners").replaceChildren(...handles);
  if (focused) overlay.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}
// What is seen is drawn beside the corners and not with them: a corner must stay the same one while it is clicked.
function seen() {
  const height = high(), drawn = [];
  for (const [kind, boxes] of [["unsure", state.unsure ?? []], ["track", state.tracks ?? []]])
    for (const { box: [x0, y0, x1, y1], score, label, track } of boxes) {
      drawn.push(shape("rect", { x: x0 * WIDE, y: y0 * height, width: (x1 - x0) * WIDE, height: (y1 - y0) * height, class: kind }));
      const name = kind === "track" ? `${label} ${track} · ${score.toFixed(2)}` : `${label}? ${score.toFixed(2)}`;
      drawn.push(shape("text", { x: x0 * WIDE, y: Math.max(y0 * height - pixels(5), pixels(15)), class: "name" }, name));
    }
  at("objects").replaceChildren(...drawn);
}
function corner(kind, place, index) {
  const height = high(), [x, y] = points(place)[index], number = index + 1, key = `${kind}/${place.id}/${index}`;
  const name = `${word(kind)} ${place.id}, ${word("corner")} ${number}`;
  const dot = shape("circle", { cx: x * WIDE, cy: y * height, r: pixels(11 * FINGER), class: "corner", tabindex: 0, role: "button", "aria-label": name });
  dot.dataset.key = key;
  dot.addEventListener("pointerdown", (event) => drag(event, place, index));
  dot.addEventListener("keydown", (event) => steer(event, place, index));
  if (!place.polygon) return [dot];
  const [nextX, nextY] = place.polygon[number % place.polygon.length];
  const label = `${word(kind)} ${place.id}: ${word("between")} ${number}`;
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

function list() {
  at("list").replaceChildren(...all().map(([kind, place]) => {
    const box = made("fieldset", {}, made("legend", {}, word(kind)));
    for (const key of kind === "zone" ? ["id"] : ["id", "rightward", "leftward"]) {
      const input = made("input", { value: place[key] ?? "", autocomplete: "off", spellcheck: "false" });
      input.addEventListener("input", () => { place[key] = input.value; if (!input.value && key !== "id") delete place[key]; draw(); });
      box.append(made("label", {}, word(key === "id" ? "name" : key), input));
    }
    const remove = made("button", { type: "button", "aria-label": `${word("remove")} ${place.id}` }, word("remove"));
    remove.addEventListener("click", () => {
      const some = places[`${kind}s`];
      some.splice(some.indexOf(place), 1);
      list();
      draw();
    });
    box.append(remove);
    return box;
  }));
}
function free(stem) {
  const taken = new Set(all().map(([, place]) => place.id));
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
at("save").addEventListener("click", async () => {
  const answer = await fetch(`places.json?camera=${encodeURIComponent(camera)}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ sha256, ...places }),
  }).catch(() => null);
  if (!answer) return say(word("away"), [], true);
  const said = await answer.json();
  if (answer.ok) { sha256 = said.sha256; return say(word("saved")); }
  return answer.status === 409 ? say(word("conflict"), [], true) : say(word("refused"), said.mistakes, true);
});
at("reload").addEventListener("click", read);
at("language").addEventListener("click", () => speak(language === "vi" ? "en" : "vi"));
at("camera").addEventListener("change", () => { camera = at("camera").value; state = {}; shown = -1; read(); });

async function read() {
  say("");
  try { ({ sha256, ...places } = await ask("places.json")); } catch { say(word("away"), [], true); }
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
  at("events").replaceChildren(...(state.events ?? []).map((one) => made("li", {}, `${one.at.toFixed(1)} s · ${one.kind} · ${one.place} · ${one.subject} · ${one.phase}`)));
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
  speak(language);
  await read();
  watch();
}
begin();
