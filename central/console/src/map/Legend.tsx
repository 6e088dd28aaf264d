/** What the symbols mean; each line is also the switch of its layer. */
import { Checkbox, Collapse, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconStack2 } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { number } from "@/words/format";

import type { Theme } from "./ground";
import { KINDS } from "./items";
import { type Layer, LAYERS, switched } from "./layerSwitch";
import classes from "./map.module.css";
import { MapSymbol } from "./Symbol";

interface Props {
  theme: Theme;
  counts: ReadonlyMap<string, number>;
  out: ReadonlySet<string>;
  put: (out: ReadonlySet<string>) => void;
  opened: boolean;
}

export function Legend({ theme, counts, out, put, opened }: Props): ReactNode {
  const { t } = useTranslation("map");
  const [open, setOpen] = useState(opened);
  return (
    <section className={classes.legend} aria-label={t("legend.title")}>
      <UnstyledButton className={classes.legendHead} onClick={() => setOpen(!open)} aria-expanded={open}>
        <IconStack2 size={18} aria-hidden />
        <span>{t("legend.title")}</span>
        <IconChevronDown size={16} aria-hidden className={open ? classes.turned : undefined} />
      </UnstyledButton>
      <Collapse expanded={open}>
        <div className={classes.legendBody}>
          {KINDS.map((kind) => {
            const layers = LAYERS.filter((layer) => layer.kind === kind);
            return <Kindred key={kind} {...{ theme, layers, counts, out, put }} words={t(`kind.${kind}`)} />;
          })}
          <Text size="xs" className="ws-quiet" mt={4}>
            {t("legend.ring")}
          </Text>
        </div>
      </Collapse>
    </section>
  );
}

function Kindred(props: Omit<Props, "opened"> & { layers: readonly Layer[]; words: string }): ReactNode {
  const { theme, layers, counts, out, put, words } = props;
  const { t, i18n } = useTranslation("map");
  const ids = layers.map((layer) => layer.id);
  const lit = ids.filter((id) => !out.has(id)).length;
  // A state that nothing is in now is not listed, unless somebody put it out.
  const listed = layers.filter(
    (layer) => layer.kind !== "camera" || layer.id !== "camera.unknown" || counts.has(layer.id),
  );
  return (
    <fieldset className={classes.kindred}>
      <legend className={classes.hiddenLegend}>{words}</legend>
      <Checkbox
        size="xs"
        fw={600}
        label={words}
        checked={lit === ids.length}
        indeterminate={lit > 0 && lit < ids.length}
        onChange={() =>
          put(
            lit > 0 && lit < ids.length
              ? new Set([...out].filter((id) => !ids.includes(id)))
              : switched(out, ids),
          )
        }
      />
      {listed.map((layer) => (
        <label key={layer.id} className={classes.layer} data-out={out.has(layer.id) || undefined}>
          <span className={classes.symbol}>
            <MapSymbol name={`${theme}|${layer.symbol}`} />
          </span>
          <span className={classes.layerWords}>{t(layer.words)}</span>
          <span className="ws-number ws-quiet">{number(counts.get(layer.id) ?? 0, i18n.language)}</span>
          <Checkbox
            size="xs"
            checked={!out.has(layer.id)}
            onChange={() => put(switched(out, [layer.id]))}
            aria-label={t(layer.words)}
          />
        </label>
      ))}
    </fieldset>
  );
}
