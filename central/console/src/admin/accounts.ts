/** What an administrator may give, what a form still lacks, and what it changes; the centre judges again. */
import { says } from "@/parts/finding";
import type { Shapes } from "@/wire/client";

export type Account = Shapes["AccountShape"];
export type Grant = Shapes["GrantShape"];
export type Role = Shapes["Role"];

export const ROLES: readonly Role[] = [
  "operator",
  "dispatcher",
  "field",
  "ward_leader",
  "city",
  "admin",
  "auditor",
];

/** The whole city, as a choice beside the wards; no ward can be called so. */
export const CITY = "*";

export interface Draft {
  login: string;
  name: string;
  unit: string | null;
  active: boolean;
  grants: Grant[];
}

export const EMPTY: Draft = { login: "", name: "", unit: null, active: true, grants: [] };

export const drafted = ({ login, name, unit, active, grants }: Account): Draft => ({
  login,
  name,
  unit,
  active,
  grants: [...grants],
});

const told = (grant: Grant): string => `${grant.role}@${grant.ward ?? CITY}`;

/** Grants without the ones said twice, in one order. */
export function tidied(grants: readonly Grant[]): Grant[] {
  const found = new Map(grants.map((grant) => [told(grant), grant]));
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
}

const same = (a: readonly Grant[], b: readonly Grant[]): boolean =>
  tidied(a).map(told).join() === tidied(b).map(told).join();

/** The field that still lacks something, or null when the form can be sent. A crew member needs a unit to get work. */
export function lacking(draft: Draft): keyof Draft | null {
  if (draft.login.trim().length < 2) return "login";
  if (!draft.name.trim()) return "name";
  if (draft.grants.length === 0) return "grants";
  if (draft.grants.some(({ role }) => role === "field") && !draft.unit) return "unit";
  return null;
}

/** What the person changed since they opened the form, and nothing else; null when nothing. So what somebody else
 *  changed meanwhile stays. */
export function changed(opened: Draft, draft: Draft): Shapes["AccountChange"] | null {
  const name = draft.name.trim();
  const change: Shapes["AccountChange"] = {
    ...(name !== opened.name && { name }),
    ...(draft.unit !== opened.unit && { unit: draft.unit }),
    ...(draft.active !== opened.active && { active: draft.active }),
    ...(!same(draft.grants, opened.grants) && { grants: tidied(draft.grants) }),
  };
  return Object.keys(change).length > 0 ? change : null;
}

/** Whether the administrator's grants reach a ward; without one, the whole city. */
export const reaches = (mine: readonly Grant[], ward: string | null | undefined): boolean =>
  mine.some((grant) => grant.role === "admin" && (!grant.ward || grant.ward === ward));

/** Whether the account plays no part beyond the administrator's wards, so that it is theirs to change. */
export const own = (mine: readonly Grant[], account: Account): boolean =>
  account.grants.every((grant) => reaches(mine, grant.ward));

/** The page that signs in once. */
export const signInAddress = (origin: string, token: string): string => `${origin}/#/link/${token}`;

/** Accounts whose login or name holds the words, with or without their marks. */
export const searched = (accounts: readonly Account[], text: string): Account[] =>
  accounts.filter(({ login, name }) => says(`${login} ${name}`, text));
