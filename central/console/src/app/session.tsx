/**
 * Who is signed in, and the stream of what changes for them.
 *
 * A session that ends while somebody is typing does not take the page away: the sign-in form is laid over it, and
 * signing in as the same person goes on where they were. Another person gets a fresh page.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";

import { api, carry, onSessionLost, Problem, type Shapes } from "@/wire/client";
import { type Line, Live, type Listener } from "@/wire/live";
import { me as whoAmI, refresh } from "@/wire/queries";

import { forgetMe, whoIsHere } from "./remembered";

export type Me = Shapes["Me"];
export type Role = Shapes["Role"];

interface Held {
  me: Me;
  live: Live;
  signOut: () => Promise<void>;
}

const Holder = createContext<Held | null>(null);

export function useSession(): Held {
  const held = useContext(Holder);
  if (!held) throw new Error("no session here");
  return held;
}

/** Whether the person plays one of these roles, in this ward or (without one) anywhere. */
export function useMay(): (roles: readonly Role[], ward?: string) => boolean {
  const { me } = useSession();
  return (roles, ward) =>
    me.grants.some((grant) => roles.includes(grant.role) && (!ward || !grant.ward || grant.ward === ward));
}

export const DESK: readonly Role[] = ["operator", "dispatcher", "ward_leader", "city", "admin", "auditor"];
export const JUDGES: readonly Role[] = ["operator", "dispatcher"];

/** How the line to the centre is. */
export function useLine(): Line {
  const { live } = useSession();
  return useSyncExternalStore(live.watch, live.state);
}

/** Hear of changes for as long as the component stands. */
export function useChanges(listener: Listener): void {
  const { live } = useSession();
  useEffect(() => live.listen(listener), [live, listener]);
}

interface Props {
  children: ReactNode;
  /** The form to sign in with; `expired` when there was a session. */
  signIn: (expired: boolean, done: (me: Me) => void) => ReactNode;
  /** While it is not known yet. */
  waiting: ReactNode;
  /** When the centre does not answer at all. */
  failed: (again: () => void) => ReactNode;
}

export function SessionGate({ children, signIn, waiting, failed }: Props): ReactNode {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    ...whoIsHere,
    retry: (count, e) => e instanceof Problem && e.passing && count < 2,
  });
  const [expired, setExpired] = useState(false);
  useEffect(() => onSessionLost(() => setExpired(true)), []);
  useEffect(() => {
    if (data) carry(data.csrf);
  }, [data]);

  const id = data?.id;
  const live = useMemo(() => (id ? new Live("/v1/stream", () => setExpired(true)) : null), [id]);
  useEffect(() => {
    if (!live) return;
    const stop = live.listen({
      changed: (changes) => refresh(client, changes),
      reset: () => void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "me" }),
    });
    live.open();
    return () => {
      stop();
      live.close();
    };
  }, [live, client]);

  const begin = (me: Me): void => {
    carry(me.csrf);
    if (data && data.id !== me.id) client.clear();
    client.setQueryData(whoAmI.queryKey, me);
    setExpired(false);
    live?.open();
    void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "me" });
  };
  const signOut = async (): Promise<void> => {
    await api.DELETE("/v1/session");
    carry("");
    forgetMe();
    location.hash = "#/";
    location.reload();
  };

  if (!data || !live) {
    if (error instanceof Problem && error.status === 401) return signIn(false, begin);
    return error ? failed(() => void refetch()) : waiting;
  }
  return (
    <Holder value={{ me: data, live, signOut }}>
      {children}
      {expired && signIn(true, begin)}
    </Holder>
  );
}
