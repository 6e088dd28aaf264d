/** Where the phone is, if the person allows it. A refusal is fine, and said. One watch for all of the field page. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";

import type { Fix } from "./tasks";

/** `unasked`: the browser would ask; `none`: this phone or page has no way to tell. */
export type PlaceState = "unasked" | "seeking" | "here" | "denied" | "none";

interface Held {
  state: PlaceState;
  fix: Fix | null;
  /** Begin to look; the browser may ask the person first. */
  ask: () => void;
}

const Holder = createContext<Held>({ state: "none", fix: null, ask: () => undefined });

export const usePlace = (): Held => useContext(Holder);

const able = (): boolean => "geolocation" in navigator && window.isSecureContext;

export function PlaceWatch({ children }: { children: ReactNode }): ReactNode {
  const [state, setState] = useState<PlaceState>(() => (able() ? "unasked" : "none"));
  const [fix, setFix] = useState<Fix | null>(null);
  const [on, setOn] = useState(false);
  const ask = useCallback(() => {
    if (!able()) return;
    setOn(true);
    setState((now) => (now === "here" ? now : "seeking"));
  }, []);

  // Once allowed it is not asked for again.
  useEffect(() => {
    if (!able() || !("permissions" in navigator)) return;
    void navigator.permissions.query({ name: "geolocation" }).then((found) => {
      if (found.state === "granted") ask();
      if (found.state === "denied") setState("denied");
    });
  }, [ask]);

  useEffect(() => {
    if (!on) return;
    const id = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        const { latitude: lat, longitude: lon, accuracy: accuracyM } = coords;
        setFix({ lat, lon, accuracyM, at: timestamp });
        setState("here");
      },
      (error) => {
        if (error.code === error.PERMISSION_DENIED) {
          setState("denied");
          setOn(false);
        } else setState((now) => (now === "here" ? now : "seeking"));
      },
      { enableHighAccuracy: true, maximumAge: 15_000, timeout: 30_000 },
    );
    return () => navigator.geolocation.clearWatch(id);
  }, [on]);

  const held = useMemo(() => ({ state, fix, ask }), [state, fix, ask]);
  return <Holder value={held}>{children}</Holder>;
}
