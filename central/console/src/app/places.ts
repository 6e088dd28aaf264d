/** The pages, and who meets them. The order is the order of the navigation. */
import {
  IconBuildingBroadcastTower,
  IconChartLine,
  IconClipboardList,
  IconListCheck,
  IconMap2,
  IconSettings,
  IconUrgent,
} from "@tabler/icons-react";
import { type ComponentType, lazy } from "react";

import { DESK, type Role } from "@/app/session";

export interface Place {
  name: "queue" | "map" | "cases" | "tasks" | "fleet" | "sensors" | "admin";
  path: string;
  icon: typeof IconUrgent;
  roles: readonly Role[];
  page: ComponentType;
}

export const PLACES: readonly Place[] = [
  { name: "queue", path: "/queue", icon: IconUrgent, roles: DESK, page: lazy(() => import("@/queue/QueuePage")) },
  { name: "map", path: "/map", icon: IconMap2, roles: DESK, page: lazy(() => import("@/map/MapPage")) },
  { name: "cases", path: "/cases", icon: IconClipboardList, roles: DESK, page: lazy(() => import("@/cases/CasesPage")) },
  { name: "tasks", path: "/tasks", icon: IconListCheck, roles: ["field"], page: lazy(() => import("@/field/FieldPage")) },
  { name: "fleet", path: "/fleet", icon: IconBuildingBroadcastTower, roles: DESK, page: lazy(() => import("@/fleet/FleetPage")) },
  { name: "sensors", path: "/sensors", icon: IconChartLine, roles: DESK, page: lazy(() => import("@/sensors/SensorsPage")) },
  { name: "admin", path: "/admin", icon: IconSettings, roles: ["admin", "auditor"], page: lazy(() => import("@/admin/AdminPage")) },
]; // prettier-ignore
