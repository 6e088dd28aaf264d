import type { ReactNode } from "react";

import { Empty } from "@/parts/States";

export default function MapPage(): ReactNode {
  return <Empty />;
}
