import { Badge } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { State } from "@/wire/states";
import classes from "./cases.module.css";

/** Where a case stands, in words; work under way, work to check and work that is over look different. */
export function StateBadge({ state, size = "md" }: { state: State; size?: "md" | "lg" }): ReactNode {
  const { t } = useTranslation("codes");
  return (
    <Badge variant="default" size={size} radius="sm" className={classes.state} data-state={state}>
      {t(`caseState.${state}`)}
    </Badge>
  );
}
