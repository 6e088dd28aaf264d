import type { ReactNode } from "react";

import { Empty } from "@/parts/States";

export default function QueuePage(): ReactNode {
  return <Empty />;
}
