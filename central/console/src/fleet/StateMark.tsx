import {
  IconAlertTriangle,
  IconEyeOff,
  IconPlugConnectedX,
  IconQuestionMark,
  IconCircleCheck,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { State } from "./fleet";
import classes from "./fleet.module.css";

const ICONS: Record<State, typeof IconCircleCheck> = {
  live: IconCircleCheck,
  blind: IconEyeOff,
  unfit: IconAlertTriangle,
  silent: IconPlugConnectedX,
  unknown: IconQuestionMark,
};

/** A device's state by icon, word and colour, in this order of importance. */
export function StateMark({ state }: { state: State }): ReactNode {
  const { t } = useTranslation("fleet");
  const Icon = ICONS[state];
  return (
    <span className={classes.state} data-state={state}>
      <Icon size={18} stroke={1.8} aria-hidden />
      {t(`codes:deviceState.${state}`)}
    </span>
  );
}
