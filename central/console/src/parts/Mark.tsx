import type { ReactNode } from "react";

/** WardSense's mark: an eye whose pupil is a cell of the city. */
export function Mark({ size = 28 }: { size?: number }): ReactNode {
  return (
    <svg className="ws-mark" width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="14" fill="#0d1b24" />
      <path
        d="M8 32c8-13 16-18 24-18s16 5 24 18c-8 13-16 18-24 18S16 45 8 32Z"
        fill="none"
        stroke="#2fb9a3"
        strokeWidth="5"
        strokeLinejoin="round"
      />
      <path d="M32 22l8.7 5v10L32 42l-8.7-5V27Z" fill="#2fb9a3" />
    </svg>
  );
}
