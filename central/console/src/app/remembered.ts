/**
 * Who a crew's phone belongs to while the centre is silent, so that the tasks kept on it can be opened under a bridge.
 * No secret is kept: the session itself is a cookie no page can read, and its CSRF value is asked for anew.
 */
import { queryOptions } from "@tanstack/react-query";

import { api, Problem, type Shapes, told } from "@/wire/client";
import { me as whoAmI } from "@/wire/queries";

type Me = Shapes["Me"];

const KEPT = "wardsense.me";
const AGAIN_MS = 10_000;

function remember(me: Me): void {
  const crew = me.grants.some((grant) => grant.role === "field");
  if (crew) localStorage.setItem(KEPT, JSON.stringify({ ...me, csrf: "" }));
  else forgetMe();
}

function remembered(): Me | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null") as Me | null;
  } catch {
    return null;
  }
}

export function forgetMe(): void {
  localStorage.removeItem(KEPT);
}

/** Who is signed in; of a crew, who it was when the centre last answered. Asked again until it does. */
export const whoIsHere = queryOptions({
  queryKey: whoAmI.queryKey,
  staleTime: Infinity,
  networkMode: "always",
  refetchInterval: (query) => (query.state.data?.csrf === "" ? AGAIN_MS : false),
  queryFn: async () => {
    try {
      const me = await told(api.GET("/v1/me"));
      remember(me);
      return me;
    } catch (error) {
      const kept = error instanceof Problem && error.passing ? remembered() : null;
      if (!kept) throw error;
      return kept;
    }
  },
});
