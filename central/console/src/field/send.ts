/** One thing said to the centre, and its answer in the outbox's words. Decides nothing. */
import { api, carry, Problem, type Shapes, told } from "@/wire/client";

import type { Answer, Item, PhotoDeed, StepDeed } from "./outbox";

const STEP_MS = 30_000;
/** A photo of half a megabyte over a bad 3G line. */
const PHOTO_MS = 150_000;

export type PhotoOf = (id: string) => Promise<ArrayBuffer | undefined>;

/** Is told a case as an answer shows it, so that the page need not ask again. */
export type Found = (found: Shapes["CaseDetail"]) => void;

export async function send(item: Item, photoOf: PhotoOf, found: Found): Promise<Answer> {
  try {
    return await say(item, photoOf, found);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === "csrf")
      return (await renewed(item.account)) ? await said(item, photoOf, found) : { type: "session" };
    return await meaning(error, item, found);
  }
}

async function said(item: Item, photoOf: PhotoOf, found: Found): Promise<Answer> {
  try {
    return await say(item, photoOf, found);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return meaning(error, item, found);
  }
}

async function say(item: Item, photoOf: PhotoOf, found: Found): Promise<Answer> {
  if (item.deed.type === "step") {
    const answer = await sayStep(item, item.deed);
    found(answer);
    return { type: "taken", version: answer.version };
  }
  const bytes = await photoOf(item.id);
  // Somebody emptied the phone's storage: the person must know that this photo is gone.
  if (!bytes) return { type: "refused", refusal: { code: "photo_damaged", params: {} } };
  await sayPhoto(item, item.deed, bytes);
  return { type: "taken", version: null };
}

function sayStep(item: Item, deed: StepDeed): Promise<Shapes["CaseDetail"]> {
  const params = {
    path: { case_id: item.caseId },
    header: { "If-Match": `"${item.version}"`, "Idempotency-Key": item.id },
  };
  const signal = AbortSignal.timeout(STEP_MS);
  const note = deed.words ? deed.words : null;
  const reason = deed.reason ?? "other";
  switch (deed.step) {
    case "accept":
      return told(api.POST("/v1/cases/{case_id}/accept", { params, body: { note }, signal }));
    case "start":
      return told(api.POST("/v1/cases/{case_id}/start", { params, body: { note }, signal }));
    case "decline":
      return told(api.POST("/v1/cases/{case_id}/decline", { params, body: { reason, note }, signal }));
    case "wait":
      return told(api.POST("/v1/cases/{case_id}/wait", { params, body: { reason, note }, signal }));
    case "resolve":
      return told(
        api.POST("/v1/cases/{case_id}/resolve", { params, body: { words: deed.words ?? "" }, signal }),
      );
  }
}

function sayPhoto(item: Item, deed: PhotoDeed, bytes: ArrayBuffer): Promise<Shapes["PhotoShape"]> {
  const form = new FormData();
  form.set("file", new Blob([bytes], { type: "image/jpeg" }), "photo.jpg");
  form.set("client_id", item.id);
  form.set("role", deed.role);
  form.set("taken_at", deed.takenAt);
  const place = { lat: deed.lat, lon: deed.lon, accuracy_m: deed.accuracyM };
  for (const [name, value] of Object.entries(place)) if (value !== null) form.set(name, String(value));
  return told(
    api.POST("/v1/cases/{case_id}/photos", {
      params: { path: { case_id: item.caseId } },
      // The document describes the parts; the browser writes them.
      body: { file: "", client_id: item.id, role: deed.role },
      bodySerializer: () => form,
      signal: AbortSignal.timeout(PHOTO_MS),
    }),
  );
}

/** The session was renewed elsewhere: take its new CSRF value, if it is still the same person's. */
async function renewed(account: string): Promise<boolean> {
  try {
    const me = await told(api.GET("/v1/me"));
    if (me.id === account) carry(me.csrf);
    return me.id === account;
  } catch {
    return false;
  }
}

async function meaning(problem: Problem, item: Item, found: Found): Promise<Answer> {
  if (problem.code === "offline") return { type: "silence" };
  if (problem.status === 401 || problem.code === "csrf") return { type: "session" };
  if (problem.passing || problem.status === 429 || problem.status === 408)
    return { type: "later", retryAfterS: problem.retryAfterS };
  if (problem.code === "version_differs") return overtaken(item, found);
  return { type: "refused", refusal: { code: problem.code, params: problem.params } };
}

async function overtaken(item: Item, found: Found): Promise<Answer> {
  try {
    const now = await told(
      api.GET("/v1/cases/{case_id}", {
        params: { path: { case_id: item.caseId } },
        signal: AbortSignal.timeout(STEP_MS),
      }),
    );
    found(now);
    return { type: "overtaken", version: now.version, state: now.state, steps: now.steps };
  } catch (error) {
    if (error instanceof Problem) return meaning(error, item, found);
    throw error;
  }
}
