/** What the administration decides: what a form changes, who may change whom, and how the audit is read. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import {
  type Account,
  changed,
  type Draft,
  drafted,
  lacking,
  own,
  reaches,
  searched,
  signInAddress,
  tidied,
} from "@/admin/accounts";
import { ACTS, OF, pageOf, read, reasonKeys, said, shortened, through, written } from "@/admin/acts";

const draft: Draft = {
  login: "lan",
  name: "Lê Thị Lan",
  unit: "patrol",
  active: true,
  grants: [{ role: "operator", ward: "hai-chau" }],
};
const account = (login: string, name: string, wards: (string | null)[]): Account => ({
  id: login,
  login,
  name,
  unit: null,
  active: true,
  has_password: true,
  grants: wards.map((ward) => ({ role: "operator" as const, ward })),
  created_at: "2026-11-22T00:00:00Z",
  version: 1,
});

describe("an account's form", () => {
  test("says what it lacks", () => {
    expect(lacking(draft)).toBeNull();
    expect(lacking({ ...draft, login: " l " })).toBe("login");
    expect(lacking({ ...draft, name: " " })).toBe("name");
    expect(lacking({ ...draft, grants: [] })).toBe("grants");
    expect(lacking({ ...draft, unit: null, grants: [{ role: "field", ward: "hai-chau" }] })).toBe("unit");
  });
  test("sends only what was changed, so that nobody else's change is undone", () => {
    expect(changed(draft, draft)).toBeNull();
    expect(changed(draft, { ...draft, name: "Lê Lan " })).toEqual({ name: "Lê Lan" });
    expect(changed(draft, { ...draft, unit: null, active: false })).toEqual({ unit: null, active: false });
    const twice = [...draft.grants, { role: "operator" as const, ward: "hai-chau" }];
    expect(changed(draft, { ...draft, grants: twice })).toBeNull();
    const more = [...twice, { role: "admin" as const, ward: null }];
    expect(changed(draft, { ...draft, grants: more })).toEqual({ grants: tidied(more) });
    expect(tidied(more)).toHaveLength(2);
  });
  test("begins with the account as it is, and leaves it alone", () => {
    const lan = account("lan", "Lan", ["hai-chau"]);
    drafted(lan).grants.pop();
    expect(lan.grants).toHaveLength(1);
  });
});

describe("an administrator's reach", () => {
  const city = [{ role: "admin" as const, ward: null }];
  const ward = [
    { role: "admin" as const, ward: "hai-chau" },
    { role: "operator" as const, ward: "son-tra" },
  ];
  test("is the wards they administer, or the whole city", () => {
    expect(reaches(city, "son-tra")).toBe(true);
    expect(reaches(city, null)).toBe(true);
    expect(reaches(ward, "hai-chau")).toBe(true);
    expect(reaches(ward, "son-tra")).toBe(false);
    expect(reaches(ward, null)).toBe(false);
  });
  test("an account that plays a part beyond it is not theirs to change", () => {
    expect(own(ward, account("a", "A", ["hai-chau"]))).toBe(true);
    expect(own(ward, account("b", "B", ["hai-chau", "son-tra"]))).toBe(false);
    expect(own(ward, account("c", "C", [null]))).toBe(false);
  });
});

test("people are found with or without the marks of their names", () => {
  const all = [account("duong", "Đặng Văn Dương", []), account("lan", "Lê Thị Lan", [])];
  expect(searched(all, "dang van").map(({ login }) => login)).toEqual(["duong"]);
  expect(searched(all, "Thị")).toHaveLength(1);
  expect(searched(all, " ")).toHaveLength(2);
});

test("a sign-in link is an address of this centre", () => {
  expect(signInAddress("https://centre.example", "t0ken")).toBe("https://centre.example/#/link/t0ken");
});

describe("the audit", () => {
  test("its question stands in the address", () => {
    const sought = { act: "look", of: "photo", row: null, account: "1" };
    expect(read(written(sought))).toEqual(sought);
    expect(written(read(""))).toBe("");
  });
  test("a row that has a page leads to it", () => {
    expect(pageOf({ of: "case", row: "1" })).toBe("/cases/1");
    expect(pageOf({ of: "alert", row: "2" })).toBe("/queue/2");
    expect(pageOf({ of: "node", row: "box" })).toBeNull();
  });
  test("ids are short, names whole", () => {
    expect(shortened("01a204a8-a69e-7637-9756-43f29248f403")).toBe("9248f403");
    expect(shortened("node-bach-dang")).toBe("node-bach-dang");
    expect(shortened("38229186a12bfb787524762645d8b4bd509044bc")).toBe("38229186a1…");
  });
  test("a reason is looked up where it is worded, and words of a person are left alone", () => {
    expect(reasonKeys({ of: "alert", act: "dismiss", why: "permitted" })).toEqual([
      "codes:dismiss.permitted",
    ]);
    expect(reasonKeys({ of: "case", act: "return", why: "poor_proof" })).toEqual(["codes:why.poor_proof"]);
    expect(reasonKeys({ of: "case", act: "close", why: "Ảnh đạt" })).toEqual([]);
    expect(through("through 01a2")).toBe("01a2");
    expect(through("mưa lớn")).toBeNull();
  });
  test("parameters say what went from what to what", () => {
    const params = {
      name: { from: "A", to: "B" },
      unit: { from: null, to: "patrol" },
      given: ["operator@*"],
      number: 3,
    };
    expect(said(params)).toEqual([
      { key: "name", from: "A", to: "B" },
      { key: "unit", from: "–", to: "patrol" },
      { key: "given", to: "operator@*" },
      { key: "number", to: "3" },
    ]);
    expect(said(null)).toEqual([]);
  });
  test.each(["vi", "en"])("every act and table to filter by is worded (%s)", (language) => {
    const path = join(import.meta.dirname, `../src/words/${language}/codes.json`);
    const words = JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, string>>;
    expect(ACTS.filter((act) => !words.act?.[act])).toEqual([]);
    expect(OF.filter((of) => !words.actOf?.[of])).toEqual([]);
  });
});
