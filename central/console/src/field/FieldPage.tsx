import type { ReactNode } from "react";

import { Empty } from "@/parts/States";

export default function FieldPage(): ReactNode {
  return <Empty />;
}
