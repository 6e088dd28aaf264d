import { Title } from "@mantine/core";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";

import { type Role, useMay } from "@/app/session";
import tabs from "@/parts/tabs.module.css";

import { Accounts } from "./Accounts";
import classes from "./admin.module.css";
import { Audit } from "./Audit";
import { DeadLetters } from "./DeadLetters";
import { Nodes } from "./Nodes";

const ROOMS: readonly { name: string; path: string; roles: readonly Role[]; page: ComponentType }[] = [
  { name: "accounts", path: "/accounts", roles: ["admin"], page: Accounts },
  { name: "nodes", path: "/nodes", roles: ["admin"], page: Nodes },
  { name: "audit", path: "/audit", roles: ["admin", "auditor"], page: Audit },
  { name: "letters", path: "/dead-letters", roles: ["admin"], page: DeadLetters },
];

/** `/admin/accounts`, `/nodes`, `/audit`, `/dead-letters`: each to whom it concerns; an auditor reads the audit. */
export default function AdminPage(): ReactNode {
  const { t } = useTranslation("admin");
  const may = useMay();
  const [path] = useLocation();
  const rooms = ROOMS.filter((room) => may(room.roles));
  return (
    <div className={classes.page}>
      <header className={classes.top}>
        <Title order={1} size="h3">
          {t("title")}
        </Title>
        <nav className={tabs.tabs} aria-label={t("rooms")}>
          {rooms.map((room) => (
            <Link
              key={room.name}
              href={room.path}
              aria-current={path.startsWith(room.path) ? "page" : undefined}
            >
              {t(`room.${room.name}`)}
            </Link>
          ))}
        </nav>
      </header>
      <Switch>
        {rooms.map((room) => (
          <Route key={room.name} path={room.path} component={room.page} />
        ))}
        <Route>
          <Redirect to={rooms[0]?.path ?? "/"} replace />
        </Route>
      </Switch>
    </div>
  );
}
