import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Shapes } from "@/wire/client";

type Grade = Shapes["Severity"];

/** Each severity has its own shape; the colour only repeats it. */
const SHAPES: Record<Grade, ReactNode> = {
  critical: <path d="M6.5 1h7L19 6.5v7L13.5 19h-7L1 13.5v-7Z" />,
  major: <path d="M10 1.5 19.5 18.5H.5Z" />,
  minor: <path d="M10 .8 19.2 10 10 19.2.8 10Z" />,
  info: <circle cx="10" cy="10" r="8.5" />,
};

export function Severity({
  grade,
  size = 18,
  text = false,
}: {
  grade: Grade;
  size?: number;
  text?: boolean;
}): ReactNode {
  const { t } = useTranslation("codes");
  const words = t(`severity.${grade}`);
  const mark = (
    <svg
      className="ws-mark"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill={`var(--ws-${grade})`}
      role="img"
      aria-label={words}
    >
      {SHAPES[grade]}
    </svg>
  );
  if (!text) return <Tooltip label={words}>{mark}</Tooltip>;
  return (
    <span
      style={{
        display: "inline-flex",
        alignItems: "center",
        gap: 6,
        color: `var(--ws-${grade})`,
        fontWeight: 600,
      }}
    >
      <span aria-hidden style={{ display: "inline-flex" }}>
        {mark}
      </span>
      {words}
    </span>
  );
}
