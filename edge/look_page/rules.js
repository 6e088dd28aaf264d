// The rules of a camera, in words and in their main figures, and how each of them stands now.
import { figureWords, filled, KINDS, kindWords, made, word } from "./words.js";

const SIGNS = 1, PERCENT = 100;
const FIGURES = {
  loitering: ["after_s"], stopped_vehicle: ["after_s"], crowding: ["at_least", "for_s"], occupancy: ["over", "under", "for_s"],
  wrong_way: [], queue: ["at_least", "for_s"], congestion: ["at_least", "for_s"], slow_change: ["share", "every_s"],
};
const NEW = {
  loitering: { after_s: 60 }, stopped_vehicle: { after_s: 120 }, crowding: { at_least: 5, for_s: 10 }, occupancy: { over: 10, for_s: 10 },
  wrong_way: {}, queue: { at_least: 4, for_s: 20 }, congestion: { at_least: 4, for_s: 20 }, slow_change: { share: 0.2, every_s: 30 },
};
// What the node takes where the file says nothing.
const USUAL = { object_removed: { after_s: 10 }, slow_change: { share: 0.2, every_s: 30 } };
const WHO = { loitering: "anything", occupancy: "anything", crowding: "people", object_left: "things", object_removed: "things" };
const NO_CLASSES = ["slow_change"], SHARES = ["share"];

export const kindOf = (rule) => Object.keys(rule).find((kind) => kind in KINDS.en) ?? Object.keys(rule)[0];
export const figuresOf = (rule) => rule[kindOf(rule)] ?? {};
export const setting = () => Object.keys(FIGURES);
export function begun(kind, zone) {
  const rule = { zone: zone.id, ...NEW[kind] };
  if (kind === "wrong_way") {
    const middle = (axis) => zone.polygon.reduce((sum, point) => sum + point[axis], 0) / zone.polygon.length;
    const [x, y] = [middle(0), middle(1)].map((part) => Number(Math.min(Math.max(part, 0.1), 0.9).toFixed(3)));
    [rule.a, rule.b] = [[Number((x - 0.1).toFixed(3)), y], [Number((x + 0.1).toFixed(3)), y]];
  }
  return { [kind]: rule };
}
const told = (key, value) => (SHARES.includes(key) ? `${Math.round(value * PERCENT)} %` : String(Number(value.toFixed(SIGNS))));
function sentence(rule) {
  const kind = kindOf(rule), own = { ...USUAL[kind], ...figuresOf(rule) };
  const [, usual, under] = kindWords(kind);
  const who = own.classes?.length ? own.classes.join(", ") : word(WHO[kind] ?? "vehicles");
  const parts = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, typeof value === "number" ? told(key, value) : value]));
  return filled(under && own.under !== undefined && own.over === undefined ? under : usual, { ...parts, who });
}

// How it stands: `now` is what the program says of it, undefined for a rule that is not saved as it stands on the page.
export function standing(rule, now, clean) {
  if (!now) return [word("unsaved")];
  const subject = (one) => (one.subject === "any" ? "" : ` (${one.subject})`);
  const figure = (one) => filled(figureWords(one.what), { reached: told(one.what, one.reached), wanted: told(one.what, one.wanted) });
  if (kindOf(rule) === "slow_change" && !clean.includes(now.id)) return [word("learning")];
  const lines = now.open.map((one) => `● ${word("open")}${subject(one)}${one.count > 1 ? ` × ${one.count}` : ""}`);
  if (now.now) lines.push(`${word("now")}${subject(now.now)}: ${figure(now.now)}`);
  if (now.nearest && !(now.now && figure(now.now) === figure(now.nearest))) lines.push(`${word("nearest")}${subject(now.nearest)}: ${figure(now.nearest)}`);
  return lines.length ? lines : [word("nobody")];
}
export function tellStanding(box, rule, now, clean) {
  const list = box.querySelector(".standing"), lines = standing(rule, now, clean), opened = now?.open.length ?? 0;
  if ([...list.children].map((one) => one.textContent).join("\n") !== lines.join("\n")) list.replaceChildren(...lines.map((one, index) => made("li", index < opened ? { class: "open" } : {}, one)));
  const relearn = box.querySelector(".relearn");
  if (relearn) relearn.disabled = !now;
}

// One rule of the list; `changed` is called after each change, `removed` and `relearn` when somebody asks for it.
export function ruleBox(rule, zones, { changed, removed, relearn }) {
  const kind = kindOf(rule), own = figuresOf(rule), says = made("p", { class: "says" }, sentence(rule));
  const box = made("fieldset", { class: "rule" }, made("legend", {}, kindWords(kind)[0]), says, made("ul", { class: "standing" }));
  const set = (key, value) => {
    if (value === undefined) delete own[key]; else own[key] = value;
    says.textContent = sentence(rule);
    changed();
  };
  const names = zones.includes(own.zone) ? zones : [own.zone, ...zones];
  const zone = made("select", {}, ...names.map((name) => made("option", { value: name }, name)));
  zone.value = own.zone;
  zone.addEventListener("change", () => set("zone", zone.value));
  const fields = made("div", { class: "fields" }, made("label", {}, word("zone"), zone));
  box.append(fields);
  for (const key of FIGURES[kind] ?? []) {
    const input = made("input", { type: "number", step: "any", min: 0, inputmode: "decimal", value: own[key] ?? "", placeholder: USUAL[kind]?.[key] ?? "" });
    input.addEventListener("input", () => set(key, input.value === "" ? undefined : Number(input.value)));
    fields.append(made("label", {}, word(key), input));
  }
  if (FIGURES[kind] && !NO_CLASSES.includes(kind)) fields.append(classes(own, set));
  if (kind === "wrong_way") box.append(made("p", { class: "hint" }, word("arrow")));
  if (!FIGURES[kind]) box.append(made("p", { class: "hint" }, word("byHand")));
  const row = made("p", { class: "row" });
  if (kind === "slow_change") row.append(button("relearn", `${word("relearn")}: ${own.zone}`, word("relearn"), relearn));
  row.append(button("", `${word("remove")}: ${kindWords(kind)[0]} ${own.zone}`, word("remove"), removed));
  box.append(row);
  return box;
}
function classes(own, set) {
  const input = made("input", { value: (own.classes ?? []).join(", "), autocomplete: "off", spellcheck: "false", placeholder: "person, car" });
  input.addEventListener("input", () => {
    const named = input.value.split(",").map((one) => one.trim()).filter(Boolean);
    set("classes", named.length ? named : undefined);
  });
  return made("label", {}, word("classes"), input);
}
function button(name, label, text, act) {
  const made_ = made("button", { type: "button", "aria-label": label, class: name }, text);
  made_.addEventListener("click", act);
  return made_;
}
