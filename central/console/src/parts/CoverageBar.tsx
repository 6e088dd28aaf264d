/** A camera's day so far as a bar: watched, blind (hatched), untold (bare); with `words`, also said underneath. */
import { Text, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { length, percent } from "@/words/format";

import { type Part, partsOf, type Watch } from "./coverage";
import classes from "./CoverageBar.module.css";

export function CoverageBar({ watch, words = false }: { watch: Watch; words?: boolean }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const parts = partsOf(watch);
  const named = ({ what, cause }: Part): string =>
    cause
      ? t("coverage.blindBy", { cause: t(`codes:reason.${cause}`, { defaultValue: cause }) })
      : t(`coverage.${what}`);
  const lines = parts.map(
    (part) => `${named(part)} ${percent(part.share, i18n.language)} (${length(part.seconds, i18n.language)})`,
  );
  const told = lines.join(" · ") || t("coverage.nothing");
  return (
    <div>
      <Tooltip
        label={lines.map((line) => (
          <div key={line}>{line}</div>
        ))}
        disabled={lines.length === 0}
        multiline
      >
        <div className={classes.bar} role="img" aria-label={`${t("coverage.today")}: ${told}`}>
          {parts.map((part) => (
            <span key={`${part.what} ${part.cause}`} data-what={part.what} style={{ flexGrow: part.share }} />
          ))}
        </div>
      </Tooltip>
      {words && (
        <Text size="xs" className="ws-quiet" mt={4}>
          {t("coverage.today")}: {told}
        </Text>
      )}
    </div>
  );
}
