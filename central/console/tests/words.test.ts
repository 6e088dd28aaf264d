/** Every word stands in both languages, and every word a page asks for by name is there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

const WORDS = join(import.meta.dirname, "../src/words");
const SOURCES = join(import.meta.dirname, "../src");

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, under = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${under}${key}`, value] as [string, string]]
      : leaves(value, `${under}${key}.`),
  );
}

function namespace(language: string, name: string): Map<string, string> {
  return new Map(leaves(JSON.parse(readFileSync(join(WORDS, language, name), "utf8")) as Tree));
}

const NAMES = readdirSync(join(WORDS, "vi"));
const singular = (key: string): string => key.replace(/_(one|other)$/, "");
const holes = (words: string): string[] =>
  [...words.matchAll(/{{(\w+)}}/g)].map((found) => found[1] ?? "").sort();

describe.each(NAMES)("%s", (name) => {
  const vi = namespace("vi", name);
  const en = namespace("en", name);

  test("has the same words in both languages", () => {
    const keys = (words: Map<string, string>): string[] =>
      [...new Set([...words.keys()].map(singular))].sort();
    expect(keys(en)).toEqual(keys(vi));
  });

  test("leaves no word empty", () => {
    expect([...vi, ...en].filter(([, words]) => words.trim() === "")).toEqual([]);
  });

  test("fills the same holes in both languages", () => {
    const wrong = [...vi].filter(([key, words]) => {
      const other = en.get(key) ?? en.get(`${singular(key)}_other`) ?? "";
      return holes(words).join() !== holes(other).join();
    });
    expect(wrong).toEqual([]);
  });
});

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** The namespace a file speaks by default, and the keys it names outright. */
function asked(path: string): string[] {
  const text = readFileSync(path, "utf8");
  const spoken = /useTranslation\((?:\[?"([\w-]+)")?/.exec(text)?.[1] ?? "app";
  return [...text.matchAll(/\bt\(\s*"([\w.:-]+)"/g)].map(([, key = ""]) =>
    key.includes(":") ? key : `${spoken}:${key}`,
  );
}

test("every word asked for by name is there", () => {
  const known = new Set(
    NAMES.flatMap((name) =>
      [...namespace("vi", name).keys()].map((key) => `${name.slice(0, -5)}:${singular(key)}`),
    ),
  );
  const missing = files(SOURCES).flatMap((path) =>
    asked(path)
      .filter((key) => !known.has(key) && !known.has(key.replace(/^[\w-]+:/, "app:")))
      .map((key) => `${path.slice(SOURCES.length + 1)}: ${key}`),
  );
  expect(missing).toEqual([]);
});
