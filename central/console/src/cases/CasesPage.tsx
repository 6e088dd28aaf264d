import type { ReactNode } from "react";

import { Empty } from "@/parts/States";

export default function CasesPage(): ReactNode {
  return <Empty />;
}
