/**
 * What the phone keeps: things to send with their photos, drafts, and the tasks as last heard. IndexedDB.
 *
 * A thing and its photo are written in one transaction, and the words it was made of leave the drafts in the same one:
 * whatever dies in between, it is either still a draft or already waiting to be sent, never both and never neither.
 * Photos are kept as bare bytes: some phones lose blobs.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import type { Item, NewItem, PhotoRole } from "./outbox";
import type { Fix } from "./tasks";

/** A picture that was taken and not yet painted over: it never leaves the phone like this. */
export interface Sketch {
  key: string;
  role: PhotoRole;
  bytes: ArrayBuffer;
  takenMs: number;
  fix: Fix | null;
}

/** Something the centre told, and when. */
export interface Heard<T = unknown> {
  key: string;
  at: number;
  told: T;
}

interface Shelves extends DBSchema {
  items: { key: number; value: Item };
  photos: { key: string; value: { id: string; bytes: ArrayBuffer } };
  drafts: { key: string; value: { key: string; words: string } };
  sketches: { key: string; value: Sketch };
  heard: { key: string; value: Heard };
}

let opened: Promise<IDBPDatabase<Shelves>> | null = null;

function shelves(): Promise<IDBPDatabase<Shelves>> {
  opened ??= openDB<Shelves>("wardsense.field", 1, {
    upgrade(base) {
      base.createObjectStore("items", { keyPath: "no", autoIncrement: true });
      base.createObjectStore("photos", { keyPath: "id" });
      for (const name of ["drafts", "sketches", "heard"] as const)
        base.createObjectStore(name, { keyPath: "key" });
    },
    // A newer page in another tab waits for nobody; the next use opens anew.
    blocking: (_was, _wanted, event) => {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated: () => {
      opened = null;
    },
  });
  return opened;
}

export const keyOf = (account: string, caseId: string): string => `${account}/${caseId}`;

export async function allItems(): Promise<Item[]> {
  return (await shelves()).getAll("items");
}

/** Keep something to send. What it was made of (its draft, its sketch) goes in the same transaction. */
export async function keep(item: NewItem, photo: ArrayBuffer | null, draftKey: string | null): Promise<void> {
  const base = await shelves();
  const work = base.transaction(["items", "photos", "drafts", "sketches"], "readwrite");
  const key = keyOf(item.account, item.caseId);
  const steps: Promise<unknown>[] = [work.objectStore("items").add(item as Item)];
  if (photo) {
    steps.push(work.objectStore("photos").put({ id: item.id, bytes: photo }));
    steps.push(work.objectStore("sketches").delete(key));
  }
  if (draftKey) steps.push(work.objectStore("drafts").delete(draftKey));
  await Promise.all([...steps, work.done]);
}

/** Write what an answer changed: items that are different, items that are gone (with their photos). */
export async function settle(before: readonly Item[], now: readonly Item[]): Promise<void> {
  const base = await shelves();
  const work = base.transaction(["items", "photos"], "readwrite");
  const left = new Map(now.map((item) => [item.no, item]));
  const items = work.objectStore("items");
  for (const item of before) {
    const next = left.get(item.no);
    // What the person gave up while its answer was on the way does not come back.
    if (next === item || !(await items.getKey(item.no))) continue;
    if (next) await items.put(next);
    else await Promise.all([items.delete(item.no), work.objectStore("photos").delete(item.id)]);
  }
  await work.done;
}

export async function photoBytes(id: string): Promise<ArrayBuffer | undefined> {
  return (await (await shelves()).get("photos", id))?.bytes;
}

export async function draft(key: string): Promise<string> {
  return (await (await shelves()).get("drafts", key))?.words ?? "";
}

export async function keepDraft(key: string, words: string): Promise<void> {
  const base = await shelves();
  if (words) await base.put("drafts", { key, words });
  else await base.delete("drafts", key);
}

export async function sketch(key: string): Promise<Sketch | undefined> {
  return (await shelves()).get("sketches", key);
}

export async function keepSketch(made: Sketch): Promise<void> {
  await (await shelves()).put("sketches", made);
}

export async function dropSketch(key: string): Promise<void> {
  await (await shelves()).delete("sketches", key);
}

export async function heard<T>(key: string): Promise<Heard<T> | undefined> {
  return (await (await shelves()).get("heard", key)) as Heard<T> | undefined;
}

export async function hear<T>(key: string, told: T, at: number): Promise<void> {
  await (await shelves()).put("heard", { key, told, at });
}

/** Forget what was heard under keys that begin so, but for these. */
export async function forget(prefix: string, but: ReadonlySet<string>): Promise<void> {
  const base = await shelves();
  const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
  const gone = (await base.getAllKeys("heard", range)).filter((key) => !but.has(key));
  await Promise.all(gone.map((key) => base.delete("heard", key)));
}

/** Forget what the centre told other people on this phone. What they have not sent yet stays. */
export async function forgetOthers(account: string): Promise<void> {
  const base = await shelves();
  const gone = (await base.getAllKeys("heard")).filter(
    (key) => key.includes("/") && !key.startsWith(`${account}/`),
  );
  await Promise.all(gone.map((key) => base.delete("heard", key)));
}

/** Whether an error says that the phone is full. */
export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
