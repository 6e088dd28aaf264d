import { queryOptions } from "@tanstack/react-query";

import { api, Problem, told } from "@/wire/client";

/** What the centre has to draw under the map; null when nobody has given it anything. */
export const ground = queryOptions({
  queryKey: ["map"],
  staleTime: Infinity,
  queryFn: async (): Promise<unknown> => {
    try {
      return await told(api.GET("/v1/map", { parseAs: "json" }));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  },
});
