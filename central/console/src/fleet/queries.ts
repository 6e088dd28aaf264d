import { queryOptions } from "@tanstack/react-query";

import { api, told } from "@/wire/client";
import { whole } from "@/wire/everything";

/** Every box. Its numbers move without a word, so they are asked for again now and then. */
export const allNodes = queryOptions({
  queryKey: ["node", "all"],
  refetchInterval: 15_000,
  queryFn: () => whole((after) => told(api.GET("/v1/nodes", { params: { query: { after, limit: 200 } } }))),
});
