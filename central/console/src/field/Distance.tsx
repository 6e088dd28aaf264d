import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { number } from "@/words/format";

import { usePlace } from "./place";
import { distance, metresBetween } from "./tasks";

/** How far a place is from the person, when they let the page know where they are. */
export function Distance({
  of: { lat, lon },
  before = "",
}: {
  of: { lat: number | null; lon: number | null };
  before?: string;
}): ReactNode {
  const { t, i18n } = useTranslation("field");
  const { fix } = usePlace();
  if (!fix || lat === null || lon === null) return null;
  const { unit, value } = distance(metresBetween(fix, { lat, lon }), fix.accuracyM);
  return (
    <span>
      {before}
      {t(`distance.${unit}`, { value: number(value, i18n.language) })}
    </span>
  );
}
