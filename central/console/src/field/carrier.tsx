/** The courier of the person signed in, for the field page and everything on it. */
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { useLine, useSession } from "@/app/session";

import { keepTask } from "./ask";
import { Courier, type Sight } from "./courier";
import type { Item } from "./outbox";
import { forgetOthers } from "./store";

const Holder = createContext<Courier | null>(null);

export function useCourier(): Courier {
  const courier = useContext(Holder);
  if (!courier) throw new Error("no courier here");
  return courier;
}

/** What waits, new whenever it changes. */
export function useSight(): Sight {
  const courier = useCourier();
  return useSyncExternalStore(courier.watch, courier.see);
}

export function Carrier({ children }: { children: ReactNode }): ReactNode {
  const { me } = useSession();
  return (
    <OneCarrier key={me.id} account={me.id}>
      {children}
    </OneCarrier>
  );
}

function OneCarrier({ account, children }: { account: string; children: ReactNode }): ReactNode {
  const client = useQueryClient();
  const { i18n } = useTranslation("field");
  const { me } = useSession();
  const line = useLine();
  const [courier] = useState(() => {
    const taken = (item: Item): void => {
      void client.invalidateQueries({ queryKey: ["case"] });
      if (item.deed.type === "step" && item.deed.step === "resolve")
        notifications.show({
          color: "jade",
          position: "top-center",
          message: i18n.t("field:told.resolved", { number: item.about.number }),
        });
    };
    return new Courier(account, taken, (found) => keepTask(client, account, found));
  });
  useEffect(() => {
    courier.open();
    void forgetOthers(account);
    return () => courier.close();
  }, [courier, account]);

  // Signed in again, or heard from again: what waited for it goes now.
  useEffect(() => {
    if (me.csrf && line.state !== "lost") courier.hurry();
  }, [courier, me, line.state]);

  return <Holder value={courier}>{children}</Holder>;
}
