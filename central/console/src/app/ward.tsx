/** Which ward the pages are about: one of the person's own, or all of them. Kept in this browser. */
import { createContext, type ReactNode, useContext, useState } from "react";

const KEPT = "wardsense.ward";

interface Held {
  /** The ward asked for; undefined for every ward in scope. */
  ward: string | undefined;
  choose: (ward: string | undefined) => void;
}

const Holder = createContext<Held>({ ward: undefined, choose: () => undefined });

export const useWard = (): Held => useContext(Holder);

export function WardChoice({ children }: { children: ReactNode }): ReactNode {
  const [ward, setWard] = useState<string | undefined>(() => localStorage.getItem(KEPT) ?? undefined);
  const choose = (next: string | undefined): void => {
    if (next) localStorage.setItem(KEPT, next);
    else localStorage.removeItem(KEPT);
    setWard(next);
  };
  return <Holder value={{ ward, choose }}>{children}</Holder>;
}
