/** The fleet: `/` cameras and sensors (`?device=ID` opens one), `/nodes` the boxes (`?node=ID` marks one). */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import tabs from "@/parts/tabs.module.css";

import { Devices } from "./Devices";
import classes from "./fleet.module.css";
import { Nodes } from "./Nodes";

export default function FleetPage(): ReactNode {
  const { t } = useTranslation("fleet");
  const [path] = useLocation();
  const nodes = path.startsWith("/nodes");
  return (
    <div className={classes.page}>
      <header className={classes.top}>
        <h1 className={classes.title}>{t("title")}</h1>
        <nav aria-label={t("tabs.label")} className={tabs.tabs}>
          <Link href="/" aria-current={nodes ? undefined : "page"}>
            {t("tabs.devices")}
          </Link>
          <Link href="/nodes" aria-current={nodes ? "page" : undefined}>
            {t("tabs.nodes")}
          </Link>
        </nav>
      </header>
      {nodes ? <Nodes /> : <Devices />}
    </div>
  );
}
